"""Messages: adding them, their pages while others are added, what is kept of their text and metadata."""
import json

import pytest

from harness.client import SESSIONS


def path_of(session):
    return f"{SESSIONS}/{session}/messages"


def test_add_answers_with_the_message(user):
    session = user.create()
    body = {"message_type": "agent", "content": "Here you are", "agent_type": "log_analysis", "metadata": {"tokens": 12}}
    response = user.expect(201, "POST", path_of(session["id"]), json_body=body)
    message = response.json
    assert {name: message[name] for name in body} == body and message["session_id"] == session["id"]
    assert response.headers["Location"] == f"{path_of(session['id'])}/{message['id']}"
    assert user.expect(200, "GET", response.headers["Location"]).json == message
    assert response.version == "2"
    assert user.messages(session["id"]) == [message]
    listed = user.sessions()[0]
    assert listed["message_count"] == 1 and listed["last_message_at"] == message["created_at"]
    assert message["created_at"] >= session["created_at"]


def test_pages_lead_from_the_newest_to_the_oldest_and_back(user):
    session = user.create()["id"]
    for i in range(11):
        user.add(session, str(i))
    newest = user.expect(200, "GET", f"{path_of(session)}?limit=4")
    assert [m["content"] for m in newest.json] == ["7", "8", "9", "10"]
    older = user.expect(200, "GET", newest.link("prev"))
    assert [m["content"] for m in older.json] == ["3", "4", "5", "6"]
    oldest = user.expect(200, "GET", older.link("prev"))
    assert [m["content"] for m in oldest.json] == ["0", "1", "2"]
    assert oldest.link("prev") is None
    back = user.expect(200, "GET", oldest.link("next"))
    assert [m["content"] for m in back.json] == ["3", "4", "5", "6"]


def test_pages_stay_right_while_messages_are_added(user):
    session = user.create()["id"]
    for i in range(10):
        user.add(session, str(i))
    page = user.expect(200, "GET", f"{path_of(session)}?limit=3")
    seen = page.json
    added = 10
    while older := page.link("prev"):
        user.add(session, str(added))
        added += 1
        page = user.expect(200, "GET", older)
        seen = page.json + seen
    assert [m["content"] for m in seen] == [str(i) for i in range(10)], "none twice, none left out"
    forward = [m["content"] for m in page.json]
    while newer := page.link("next"):
        page = user.expect(200, "GET", newer)
        if not page.json:
            break
        forward += [m["content"] for m in page.json]
    assert forward == [str(i) for i in range(added)]


def test_list_pages_stay_right_while_sessions_are_used(user):
    ids = [user.create(f"chat {i}", agent_type=kind)["id"] for i in range(5) for kind in ("primary", "log_analysis")]
    page = user.expect(200, "GET", f"{SESSIONS}?limit=3")
    seen = [s["id"] for s in page.json]
    assert seen == ids[:-4:-1] and page.link("prev") is None
    while more := page.link("next"):
        user.add(ids[-1], "activity on top moves nothing below")
        page = user.expect(200, "GET", more)
        seen += [s["id"] for s in page.json]
    assert seen == ids[::-1]


def test_pages_keep_their_filter(user):
    for i in range(5):
        user.create(f"chat {i}")
        user.create(f"logs {i}", agent_type="log_analysis")
    page = user.expect(200, "GET", f"{SESSIONS}?limit=2&agent_type=log_analysis&state=all")
    titles = [s["title"] for s in page.json]
    while more := page.link("next"):
        page = user.expect(200, "GET", more)
        titles += [s["title"] for s in page.json]
    assert titles == [f"logs {i}" for i in range(4, -1, -1)]


def test_a_made_up_cursor_is_refused(user):
    session = user.create()["id"]
    for target in (f"{SESSIONS}?cursor=made-up", f"{path_of(session)}?before=made-up", f"{path_of(session)}?after=%00"):
        problem = user.expect(422, "GET", target).json
        assert problem["errors"][0]["pointer"] in ("/query/cursor", "/query/before", "/query/after")


METADATA = [
    '{"big": 9007199254740993, "bigger": 123456789012345678901234567890, "negative": -9223372036854775809}',
    '{"price": 1.10, "tiny": 0.1000000000000000055511151231257827, "zero": 0.0, "exp": 1E5}',
    '{"a": {"b": [1, [2, [3, {"c": null}]], true, false, ""]}, "": {"": ""}}',
    '{"text": "\\u00e9\\n\\t\\"\\\\ \\ud83d\\ude00 \\u2028", "\\u00fc": "x"}',
    '{"deep": ' + "[" * 60 + "]" * 60 + "}",
]


@pytest.mark.parametrize("text", METADATA)
def test_metadata_comes_back_equal_digit_for_digit(user, text):
    from decimal import Decimal

    def exact(json_text):
        return json.loads(json_text, parse_int=Decimal, parse_float=Decimal)

    session = user.create()["id"]
    body = f'{{"message_type": "user", "content": "x", "metadata": {text}}}'.encode()
    answered = user.expect(201, "POST", path_of(session), body=body)
    read = user.expect(200, "GET", path_of(session))
    for found in (exact(answered.body)["metadata"], exact(read.body)[0]["metadata"]):
        assert found == exact(text)
    if "1.10" in text:
        assert b"1.10" in answered.body and b"1.10" in read.body, "1.10 is not 1.1"


def test_of_duplicate_keys_the_last_counts(user):
    session = user.create()["id"]
    body = b'{"message_type": "user", "content": "x", "metadata": {"a": 1, "a": 2}}'
    user.expect(201, "POST", path_of(session), body=body)
    assert user.messages(session)[0]["metadata"] == {"a": 2}


@pytest.mark.parametrize("text", [
    "\U0001f600 \U0001f469\u200d\U0001f4bb", "e\u0301 is not \u00e9", "\u202eright to left", "\ufeffbom", "\uffff\U0010ffff",
    " leading and trailing \n", "\u2028\u2029", "\x01\x1f\x7f", "'; drop table message; --", "\\u0041 \\ \"", "\u0627\u0644",
])
def test_text_comes_back_as_it_was_sent(user, text):
    session = user.create(title=text)
    assert session["title"] == text
    assert user.add(session["id"], text)["content"] == text
    read = user.session(session["id"])
    assert read["title"] == text and read["messages"][0]["content"] == text
    assert user.sessions()[0]["title"] == text


def test_a_long_message_of_many_bytes_a_character(user):
    text = "\U0001f9ea" * 200_000
    session = user.create()["id"]
    body = json.dumps({"message_type": "user", "content": text}, ensure_ascii=False).encode()
    user.expect(201, "POST", path_of(session), body=body)
    assert user.messages(session)[0]["content"] == text
