"""Commands with a condition: If-Match, and Idempotency-Key for what is sent more than once."""
import concurrent.futures
import threading
import uuid

import pytest

from harness.client import SESSIONS
from harness.waiting import wait_until


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


@pytest.mark.parametrize("attempt", range(3))
def test_of_two_that_name_the_same_etag_one_wins(user, service, attempt):
    session = user.create("start")["id"]
    path = f"{SESSIONS}/{session}"
    read = user.expect(200, "GET", path)
    barrier = threading.Barrier(2)

    def rename(node):
        client = user.at(service.apis[node].port)
        client.expect(200, "GET", path, headers={"Chat-Version": read.version})
        barrier.wait()
        return client.send("PATCH", path, json_body={"title": f"by {node}"}, headers={"If-Match": read.headers["ETag"]})

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        statuses = [response.status for response in pool.map(rename, range(2))]
    assert sorted(statuses) == [200, 412]
    wait_until(lambda: user.session(session)["title"] == f"by {statuses.index(200)}", 10, "the winner's title")


def test_a_key_is_known_after_a_crash(deploy, log_kind):
    deployment = deploy(log_kind)
    user = deployment.client()
    key = {"Idempotency-Key": "before the crash"}
    body = {"title": "once", "agent_type": "primary"}
    first = user.expect(201, "POST", SESSIONS, json_body=body, headers=key)
    for node in deployment.nodes:
        node.crash()
    for node in deployment.nodes:
        node.start()
    for node in deployment.nodes:
        node.wait_ready(node.is_ready, 60)
    for api in deployment.apis:
        again = user.at(api.port).expect(201, "POST", SESSIONS, json_body=body, headers=key)
        assert again.headers["Idempotency-Replayed"] == "true" and again.json["id"] == first.json["id"]
