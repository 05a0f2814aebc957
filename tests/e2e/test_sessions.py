"""Sessions from outside: each operation, its status and headers; the rule of five; deleting and restoring."""
import re
import uuid

import pytest

from harness.client import SESSIONS

TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")
SESSION_FIELDS = {"id", "title", "agent_type", "created_at", "last_message_at", "message_count", "is_active", "metadata"}
MESSAGE_FIELDS = {"id", "session_id", "message_type", "content", "agent_type", "metadata", "created_at"}


def is_uuid7(text):
    return uuid.UUID(text).version == 7 and str(uuid.UUID(text)) == text


def test_create_answers_with_the_session_and_where_it_is(user):
    response = user.expect(201, "POST", SESSIONS, json_body={"title": "Logs of Monday", "agent_type": "log_analysis"})
    session = response.json
    assert set(session) == SESSION_FIELDS
    assert is_uuid7(session["id"])
    assert session["title"] == "Logs of Monday" and session["agent_type"] == "log_analysis"
    assert session["is_active"] is True and session["message_count"] == 0 and session["metadata"] == {}
    assert TIME.match(session["created_at"]) and TIME.match(session["last_message_at"])
    assert response.headers["Location"] == f"{SESSIONS}/{session['id']}"
    assert response.headers["Content-Type"].startswith("application/json")
    assert response.version == "1"
    assert user.expect(200, "GET", response.headers["Location"]).json == {**session, "messages": []}


def test_create_stores_the_first_message(user):
    session = user.create(initial_message="Hello", metadata={"origin": "sidebar"})
    assert session["message_count"] == 1 and session["metadata"] == {"origin": "sidebar"}
    (message,) = user.session(session["id"])["messages"]
    assert set(message) == MESSAGE_FIELDS
    assert message["message_type"] == "user" and message["content"] == "Hello" and message["metadata"] == {}
    assert message["session_id"] == session["id"] and message["agent_type"] is None and is_uuid7(message["id"])


def test_list_is_newest_activity_first_and_filters(user):
    first, second, third = (user.create(f"chat {i}")["id"] for i in range(3))
    logs = user.create("logs", agent_type="log_analysis")["id"]
    user.add(first, "back to the first")
    assert [s["id"] for s in user.sessions()] == [first, logs, third, second]
    assert [s["id"] for s in user.sessions(agent_type="primary")] == [first, third, second]
    assert [s["id"] for s in user.sessions(agent_type="log_analysis")] == [logs]
    assert [s["id"] for s in user.sessions(limit=2)] == [first, logs]
    assert user.sessions(state="inactive") == [] and user.sessions(state="deleted") == []
    assert all(set(s) == SESSION_FIELDS for s in user.sessions())


def test_a_new_user_has_no_sessions(user):
    response = user.expect(200, "GET", SESSIONS)
    assert response.json == [] and response.version == "0"


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_rename(user, method):
    session = user.create("before")
    path = f"{SESSIONS}/{session['id']}"
    renamed = user.expect(200, method, path, json_body={"title": "after"})
    assert renamed.json == {**session, "title": "after"} and renamed.version == "2"
    assert user.session(session["id"])["title"] == "after"
    for same in ({"title": "after"}, {}):
        answer = user.expect(200, method, path, json_body=same)
        assert answer.json == renamed.json and answer.version == "2", "nothing changed, so nothing was stored"


def test_a_user_has_at_most_five_active_sessions_of_a_kind(user):
    ids = [user.create(f"chat {i}")["id"] for i in range(5)]
    other_kind = user.create("logs", agent_type="log_analysis")["id"]
    user.add(ids[0], "so that the second one is the least recent")
    sixth = user.create("the sixth")["id"]
    active = [s["id"] for s in user.sessions(agent_type="primary")]
    assert active == [sixth, ids[0], ids[4], ids[3], ids[2]]
    (inactive,) = user.sessions(state="inactive")
    assert inactive["id"] == ids[1] and inactive["is_active"] is False
    assert {s["id"] for s in user.sessions(state="all")} == {*ids, sixth, other_kind}
    assert user.session(ids[1])["is_active"] is False, "an inactive session can still be read"

    user.add(ids[1], "and it comes back by being used")
    assert [s["id"] for s in user.sessions(agent_type="primary")] == [ids[1], sixth, ids[0], ids[4], ids[3]]
    assert [s["id"] for s in user.sessions(state="inactive")] == [ids[2]]

    restored = user.expect(200, "POST", f"{SESSIONS}/{ids[2]}/restore").json
    assert restored["is_active"] is True and set(restored) == SESSION_FIELDS
    assert len(user.sessions(agent_type="primary")) == 5 and len(user.sessions(state="inactive")) == 1


def test_delete_and_restore(user):
    session = user.create("to go", initial_message="hello")
    path = f"{SESSIONS}/{session['id']}"
    answer = user.expect(200, "DELETE", path)
    assert answer.json == {"message": "Session deleted successfully"} and answer.version == "2"

    for method, target, body in [("GET", path, None), ("DELETE", path, None), ("PUT", path, {"title": "x"}),
                                 ("PATCH", path, {"title": "x"}), ("GET", f"{path}/messages", None),
                                 ("POST", f"{path}/messages", {"message_type": "user", "content": "x"})]:
        gone = user.expect(404, method, target, json_body=body)
        assert gone.json["type"] == "/problems/no-such-session", (method, target)
    assert user.sessions(state="all") == []
    assert [s["id"] for s in user.sessions(state="deleted")] == [session["id"]]

    restored = user.expect(200, "POST", f"{path}/restore")
    assert restored.json["is_active"] is True and restored.json["message_count"] == 1
    assert [m["content"] for m in user.session(session["id"])["messages"]] == ["hello"]
    assert user.sessions(state="deleted") == []
    again = user.expect(200, "POST", f"{path}/restore")
    assert again.version == restored.version, "an active session has nothing to restore"


def test_another_users_session_looks_like_none(user, service):
    theirs = user.create("private", initial_message="secret")["id"]
    stranger, nobody = service.client(0), str(uuid.uuid4())

    def answers(session):
        path = f"{SESSIONS}/{session}"
        requests = [("GET", path, None), ("PUT", path, {"title": "mine"}), ("DELETE", path, None),
                    ("GET", f"{path}/messages", None), ("POST", f"{path}/restore", None),
                    ("POST", f"{path}/messages", {"message_type": "user", "content": "x"})]
        for method, target, body in requests:
            response = stranger.send(method, target, json_body=body)
            problem = response.json
            problem["instance"] = problem["instance"].replace(session, "ID")
            skipped = {"x-request-id", "date", "content-length"}
            yield response.status, problem, {k: v for k, v in response.headers.items() if k.lower() not in skipped}

    existing, missing = list(answers(theirs)), list(answers(nobody))
    assert existing == missing
    assert {status for status, _, _ in existing} == {404}
    assert user.session(theirs)["title"] == "private"
    assert stranger.sessions(state="all") == []


def test_what_is_no_uuid_is_no_session(user):
    for name in ["1", "not-a-uuid", "%00", "%F0%9F%92%A9", "..%2F..%2Fetc", str(uuid.uuid4()).upper() + "0"]:
        assert user.send("GET", f"{SESSIONS}/{name}").status in (404, 400), name


def test_a_page_of_sessions_with_much_metadata_ends_early(user):
    made = [user.create(str(number), metadata={"text": "x" * 1_000_000})["id"] for number in range(7)]
    pages, target = [], f"{SESSIONS}?state=all&limit=100"
    while target:
        page = user.expect(200, "GET", target)
        assert len(page.body) < 6_000_000
        pages.append([session["id"] for session in page.json])
        target = page.link("next")
    assert [len(page) for page in pages] == [5, 2]
    assert sum(pages, []) == made[::-1]


def test_messages_of_a_session_with_many(user):
    session = user.create()["id"]
    for i in range(7):
        user.add(session, str(i), message_type="agent" if i % 2 else "user", agent_type="primary")
    assert [m["content"] for m in user.session(session)["messages"]] == list("0123456")
    assert [m["content"] for m in user.session(session, limit=3)["messages"]] == list("456"), "the newest, oldest first"
    assert user.session(session)["message_count"] == 7
