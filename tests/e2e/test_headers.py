"""Conditional requests, idempotency keys, request ids, and what HEAD answers."""
import concurrent.futures
import uuid

from harness.client import SESSIONS


def test_reads_have_an_etag_that_holds_until_something_changes(user):
    session = user.create()["id"]
    for target in (SESSIONS, f"{SESSIONS}/{session}", f"{SESSIONS}/{session}/messages"):
        first = user.expect(200, "GET", target)
        etag = first.headers["ETag"]
        assert etag
        same = user.expect(304, "GET", target, headers={"If-None-Match": etag})
        assert same.body == b"" and same.headers["ETag"] == etag
        user.expect(304, "GET", target, headers={"If-None-Match": f'"other", {etag}'})
        user.expect(304, "GET", target, headers={"If-None-Match": "*"})
        user.expect(200, "GET", target, headers={"If-None-Match": '"other"'})
        user.add(session, "something new")
        changed = user.expect(200, "GET", target, headers={"If-None-Match": etag})
        assert changed.headers["ETag"] != etag and changed.body != first.body


def test_another_users_changes_leave_an_etag_alone(user, service):
    user.create()
    etag = user.expect(200, "GET", SESSIONS).headers["ETag"]
    service.client(0).create()
    user.expect(304, "GET", SESSIONS, headers={"If-None-Match": etag})


def test_if_match_guards_a_command(user):
    session = user.create("one")["id"]
    path = f"{SESSIONS}/{session}"
    etag = user.expect(200, "GET", path).headers["ETag"]
    renamed = user.expect(200, "PATCH", path, json_body={"title": "two"}, headers={"If-Match": etag})
    for method, body in (("PATCH", {"title": "three"}), ("DELETE", None)):
        stale = user.expect(412, method, path, json_body=body, headers={"If-Match": etag})
        assert stale.headers["Content-Type"] == "application/problem+json"
    assert user.session(session)["title"] == "two"
    now = user.expect(200, "GET", path, headers={"Chat-Version": renamed.version}).headers["ETag"]
    user.expect(200, "PATCH", path, json_body={"title": "three"}, headers={"If-Match": f'"other", {now}'})
    user.expect(200, "PATCH", path, json_body={"title": "four"}, headers={"If-Match": "*"})


def test_a_repeated_command_with_a_key_gives_the_first_answer(user, service):
    key = {"Idempotency-Key": str(uuid.uuid4())}
    body = {"title": "once", "agent_type": "primary", "initial_message": "hi"}
    first = user.expect(201, "POST", SESSIONS, json_body=body, headers=key)
    assert first.headers["Idempotency-Replayed"] is None
    other = user.at(service.apis[1].port)
    for client in (user, other):
        again = client.expect(201, "POST", SESSIONS, json_body=body, headers=key)
        assert again.headers["Idempotency-Replayed"] == "true"
        assert again.json["id"] == first.json["id"] and again.headers["Location"] == first.headers["Location"]
    assert len(user.sessions()) == 1

    misused = user.expect(422, "POST", SESSIONS, json_body={**body, "title": "another"}, headers=key)
    assert misused.headers["Content-Type"] == "application/problem+json"

    path = f"{SESSIONS}/{first.json['id']}/messages"
    key = {"Idempotency-Key": "message-1"}
    message = {"message_type": "user", "content": "once"}
    first = user.expect(201, "POST", path, json_body=message, headers=key)
    assert user.expect(201, "POST", path, json_body=message, headers=key).json == first.json
    assert other.expect(201, "POST", path, json_body=message, headers=key).json == first.json
    assert [m["content"] for m in user.messages(path.split("/")[-2])] == ["hi", "once"]


def test_one_key_sent_many_times_at_once_stores_one_event(user, service):
    session = user.create()["id"]
    key = {"Idempotency-Key": str(uuid.uuid4())}

    def send(i):
        return user.at(service.apis[i % 2].port).send("POST", f"{SESSIONS}/{session}/messages", headers=key,
                                                      json_body={"message_type": "user", "content": "once"})

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(send, range(32)))
    assert {answer.status for answer in answers} == {201}
    assert len({answer.json["id"] for answer in answers}) == 1
    assert sum(answer.headers["Idempotency-Replayed"] is None for answer in answers) == 1
    assert len(user.messages(session)) == 1


def test_keys_of_two_users_are_two_keys(user, service):
    key = {"Idempotency-Key": "the same"}
    body = {"title": "mine", "agent_type": "primary"}
    mine = user.expect(201, "POST", SESSIONS, json_body=body, headers=key).json
    theirs = service.client(0).expect(201, "POST", SESSIONS, json_body=body, headers=key)
    assert theirs.headers["Idempotency-Replayed"] is None and theirs.json["id"] != mine["id"]


def test_request_ids_are_echoed_or_made(user):
    assert user.send("GET", SESSIONS, headers={"X-Request-Id": "abc-123"}).headers["X-Request-Id"] == "abc-123"
    made = {user.send("GET", SESSIONS).headers["X-Request-Id"] for _ in range(3)}
    assert len(made) == 3 and all(made)
    assert user.send("GET", "/nothing", headers={"X-Request-Id": "of-404"}).headers["X-Request-Id"] == "of-404"


def test_a_version_that_is_no_number_is_refused(user):
    for value in ("x", "-1", "1.5"):
        response = user.expect(422, "GET", SESSIONS, headers={"Chat-Version": value})
        assert response.json["errors"][0]["pointer"] == "/header/Chat-Version"


def test_versions_count_the_users_events(user):
    session = user.expect(201, "POST", SESSIONS, json_body={"title": "a", "agent_type": "primary"})
    assert session.version == "1"
    path = f"{SESSIONS}/{session.json['id']}/messages"
    for expected in range(2, 6):
        added = user.expect(201, "POST", path, json_body={"message_type": "user", "content": "x"})
        assert added.version == str(expected)
        assert user.expect(200, "GET", path).version == str(expected)
