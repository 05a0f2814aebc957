"""Conditional requests, versions, request ids, and what HEAD answers."""
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


def test_head_is_get_without_the_body(user):
    session = user.create(initial_message="hi")["id"]
    for target in (SESSIONS, f"{SESSIONS}/{session}", f"{SESSIONS}/{session}/messages", "/healthz"):
        got, head = user.expect(200, "GET", target), user.expect(200, "HEAD", target)
        assert head.body == b""
        for name in ("Content-Type", "Content-Length", "ETag", "Chat-Version"):
            assert head.headers[name] == got.headers[name], (target, name)
