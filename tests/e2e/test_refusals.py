"""What is refused, and that the answer names the place: problem+json with JSON pointers."""
import gzip
import http.client
import json
import re
import socket
import uuid

import pytest

from harness.client import API, SESSIONS

SESSION = {"title": "A chat", "agent_type": "primary"}
MESSAGE = {"message_type": "user", "content": "hi"}


def pointers(response):
    assert response.status == 422, response
    check_problem(response)
    return sorted(error["pointer"] for error in response.json["errors"])


def check_problem(response):
    assert response.headers["Content-Type"] == "application/problem+json"
    problem = response.json
    assert problem["status"] == response.status
    assert problem["type"].startswith("/problems/") and problem["title"] and problem["detail"]
    assert problem["instance"].startswith("/")


def without(body, name):
    return {key: value for key, value in body.items() if key != name}


@pytest.mark.parametrize("body,expected", [
    (without(SESSION, "title"), ["/title"]),
    (without(SESSION, "agent_type"), ["/agent_type"]),
    ({}, ["/agent_type", "/title"]),
    ({**SESSION, "title": ""}, ["/title"]),
    ({**SESSION, "title": "x" * 256}, ["/title"]),
    ({**SESSION, "title": 7}, ["/title"]),
    ({**SESSION, "title": None}, ["/title"]),
    ({**SESSION, "title": "nul \0 inside"}, ["/title"]),
    ({**SESSION, "agent_type": "secondary"}, ["/agent_type"]),
    ({**SESSION, "agent_type": "PRIMARY"}, ["/agent_type"]),
    ({**SESSION, "agent_type": ["primary"]}, ["/agent_type"]),
    ({**SESSION, "initial_message": ""}, ["/initial_message"]),
    ({**SESSION, "initial_message": 1}, ["/initial_message"]),
    ({**SESSION, "initial_message": "\0"}, ["/initial_message"]),
    ({**SESSION, "metadata": []}, ["/metadata"]),
    ({**SESSION, "metadata": "text"}, ["/metadata"]),
    ({"title": "", "agent_type": "", "initial_message": "", "metadata": 1},
     ["/agent_type", "/initial_message", "/metadata", "/title"]),
])
def test_session_fields(user, body, expected):
    assert pointers(user.send("POST", SESSIONS, json_body=body)) == expected
    assert user.sessions() == []


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"7", b"null", b"true"])
def test_a_body_is_an_object(user, body):
    assert "" in pointers(user.send("POST", SESSIONS, body=body)), "the pointer to the whole"


@pytest.mark.parametrize("body,expected", [
    ({}, ["/content", "/message_type"]),
    ({**MESSAGE, "content": ""}, ["/content"]),
    ({**MESSAGE, "content": {}}, ["/content"]),
    ({**MESSAGE, "content": "\0"}, ["/content"]),
    ({**MESSAGE, "message_type": "assistant"}, ["/message_type"]),
    ({**MESSAGE, "message_type": True}, ["/message_type"]),
    ({**MESSAGE, "agent_type": "x" * 21}, ["/agent_type"]),
    ({**MESSAGE, "agent_type": 5}, ["/agent_type"]),
    ({**MESSAGE, "metadata": [1]}, ["/metadata"]),
])
def test_message_fields(user, body, expected):
    session = user.create()["id"]
    assert pointers(user.send("POST", f"{SESSIONS}/{session}/messages", json_body=body)) == expected
    assert user.session(session)["message_count"] == 0


@pytest.mark.parametrize("metadata", ['{"a": "\\u0000"}', '{"\\u0000": 1}', '{"a": "\\ud800"}', '{"a": 1e200000}',
                                      '{"a": ' + "9" * 140_000 + "}"])
def test_metadata_that_the_database_could_not_hold(user, metadata):
    session = user.create()["id"]
    response = user.send("POST", f"{SESSIONS}/{session}/messages",
                         body=f'{{"message_type":"user","content":"x","metadata":{metadata}}}'.encode())
    assert response.status in (400, 422), response
    check_problem(response)
    user.add(session, "and the session goes on")
    assert user.session(session)["message_count"] == 1


@pytest.mark.parametrize("title", ["x" * 255, "\U0001f600" * 255, "x"])
def test_titles_that_just_fit(user, title):
    session = user.create(title)
    assert session["title"] == title
    assert pointers(user.send("PUT", f"{SESSIONS}/{session['id']}", json_body={"title": title * 256})) == ["/title"]


def test_unknown_fields_are_ignored_and_null_is_as_if_left_out(user):
    session = user.create(color="blue", initial_message=None, metadata=None)
    assert "color" not in session and session["message_count"] == 0 and session["metadata"] == {}
    message = user.add(session["id"], "x", agent_type=None, metadata=None, mood="good")
    assert message["agent_type"] is None and message["metadata"] == {} and "mood" not in message


@pytest.mark.parametrize("query,pointer", [
    ("limit=0", "/query/limit"), ("limit=101", "/query/limit"), ("limit=x", "/query/limit"), ("limit=-1", "/query/limit"),
    ("limit=", "/query/limit"), ("limit=1e1", "/query/limit"), ("limit=99999999999999999999", "/query/limit"),
    ("state=gone", "/query/state"), ("agent_type=x", "/query/agent_type"),
])
def test_list_parameters(user, query, pointer):
    assert pointers(user.send("GET", f"{SESSIONS}?{query}")) == [pointer]


def test_limits_that_just_fit(user):
    session = user.create()["id"]
    user.expect(200, "GET", f"{SESSIONS}?limit=100")
    user.expect(200, "GET", f"{SESSIONS}/{session}?limit=500")
    assert pointers(user.send("GET", f"{SESSIONS}/{session}?limit=501")) == ["/query/limit"]


@pytest.mark.parametrize("body", [b"", b"{", b"{'a': 1}", b'{"title": "a",}', b'{"a":1} x', b"\xff\xfe", b'{"title": "\xc3\x28"}',
                                  b'{"title": "\xed\xa0\x80"}', b'{"title": NaN}', b'\xef\xbb\xbf{"title'])
def test_what_is_not_json_is_400(user, body):
    response = user.send("POST", SESSIONS, body=body)
    assert response.status == 400, response
    check_problem(response)
    assert response.json["type"] == "/problems/malformed-body"


def test_lone_surrogates_are_refused(user):
    for body in (b'{"title": "\\ud800", "agent_type": "primary"}', b'{"title": "a\\udc00b", "agent_type": "primary"}'):
        response = user.send("POST", SESSIONS, body=body)
        assert response.status in (400, 422), response
        check_problem(response)


def test_nesting_without_end_is_refused_and_harmless(user):
    for opening in (b"[", b'{"a":'):
        response = user.send("POST", SESSIONS, body=b'{"title":"x","agent_type":"primary","metadata":' + opening * 150_000)
        assert response.status in (400, 422), response
    assert user.send("GET", "/healthz").status == 200


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "multipart/form-data", "application/jsonx",
                                          "application/json; charset=latin1"])
def test_only_json_is_taken(user, content_type):
    response = user.send("POST", SESSIONS, body=json.dumps(SESSION).encode(), headers={"Content-Type": content_type})
    assert response.status == 415, response
    check_problem(response)


@pytest.mark.parametrize("content_type", ["application/json", "Application/JSON; charset=UTF-8",
                                          'application/json;charset="utf-8"'])
def test_json_by_its_names(user, content_type):
    user.expect(201, "POST", SESSIONS, body=json.dumps(SESSION).encode(), headers={"Content-Type": content_type})


def test_a_compressed_body_is_not_taken(user):
    body = gzip.compress(b'{"title": "t", "agent_type": "primary"}')
    refused = user.send("POST", SESSIONS, body=body, headers={"Content-Encoding": "gzip"})
    assert refused.status == 415
    check_problem(refused)


def body_of(size):
    frame = len(json.dumps({**MESSAGE, "content": ""}))
    body = json.dumps({**MESSAGE, "content": "x" * (size - frame)}).encode()
    assert len(body) == size
    return body


def test_the_largest_body_is_taken_and_one_byte_more_is_not(user):
    path = f"{SESSIONS}/{user.create()['id']}/messages"
    user.expect(201, "POST", path, body=body_of(1 << 20))
    for chunked in (False, True):
        connection = http.client.HTTPConnection("127.0.0.1", user.port, timeout=30)
        headers = {"Authorization": f"Bearer dev:{user.user}", "Content-Type": "application/json"}
        body = body_of((1 << 20) + 1)
        connection.request("POST", path, body=iter([body[:4096], body[4096:]]) if chunked else body, headers=headers,
                           encode_chunked=chunked)
        answer = connection.getresponse()
        assert answer.status == 413, chunked
        assert json.loads(answer.read())["type"] == "/problems/body-too-large"
        connection.close()
    assert len(user.messages(path.split("/")[-2])) == 1


def test_chunked_bodies_are_taken(user):
    body = json.dumps(SESSION).encode()
    connection = http.client.HTTPConnection("127.0.0.1", user.port, timeout=30)
    connection.request("POST", SESSIONS, body=iter([body[:5], body[5:]]), encode_chunked=True,
                       headers={"Authorization": f"Bearer dev:{user.user}", "Content-Type": "application/json"})
    assert connection.getresponse().status == 201
    connection.close()


@pytest.mark.parametrize("value", [None, "Basic dXNlcjpwYXNz", "Bearer", "Bearer ", "Bearer dev:", "Bearer nonsense",
                                   "dev:me", "Bearer dev:" + "x" * 256])
def test_who_says_nobody_is_401(user, value):
    for method, target in [("GET", SESSIONS), ("POST", SESSIONS), ("GET", f"{SESSIONS}/{uuid.uuid4()}"),
                           ("DELETE", f"{SESSIONS}/{uuid.uuid4()}")]:
        response = user.send(method, target, headers={"Authorization": value})
        assert response.status == 401, response
        assert response.headers["WWW-Authenticate"].startswith("Bearer")
        check_problem(response)


@pytest.mark.parametrize("target,allowed", [
    (SESSIONS, {"GET", "POST"}),
    (f"{SESSIONS}/{uuid.uuid4()}", {"GET", "PUT", "PATCH", "DELETE"}),
    (f"{SESSIONS}/{uuid.uuid4()}/messages", {"GET", "POST"}),
    (f"{SESSIONS}/{uuid.uuid4()}/restore", {"POST"}),
    ("/healthz", {"GET"}),
])
def test_405_says_what_is_allowed(user, target, allowed):
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - allowed:
        response = user.send(method, target)
        assert response.status == 405, (method, target, response)
        check_problem(response)
        named = {name.strip() for name in response.headers["Allow"].split(",")}
        assert named - {"HEAD", "OPTIONS"} == allowed


@pytest.mark.parametrize("target", ["/", "/api", API, f"{API}/", f"{SESSIONS}/", f"{API}/chat-session", "/favicon.ico",
                                    f"{SESSIONS}/{uuid.uuid4()}/nothing", f"{SESSIONS}/{uuid.uuid4()}/messages/"])
def test_other_paths_are_404(user, target):
    response = user.send("GET", target)
    assert response.status == 404, response
    check_problem(response)


def exchange(port, request):
    """All that the server says to these bytes until it closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while part := connection.recv(65536):
            answer += part
        return answer


@pytest.mark.parametrize("request_bytes", [
    b"nonsense\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\n\r\n",
    b"GET /health z HTTP/1.1\r\nHost: a\r\n\r\n",
    b"POST /api/v1/chat-sessions HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
])
def test_what_is_no_http_is_400(service, request_bytes):
    answer = exchange(service.apis[0].port, request_bytes)
    assert answer.startswith(b"HTTP/1.1 400 "), answer[:200]


def test_headers_without_end_are_431(service):
    answer = exchange(service.apis[0].port, b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 100_000 + b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 431 "), answer[:200]


def test_pipelined_requests_are_answered_in_order(service):
    one = b"GET %s HTTP/1.1\r\nHost: a\r\n\r\n"
    answer = exchange(service.apis[0].port, one % b"/healthz" + one % b"/nothing" + one % b"/healthz")
    statuses = re.findall(rb"HTTP/1\.1 (\d+) ", answer)
    assert statuses == [b"200", b"404", b"200"]
