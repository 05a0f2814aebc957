"""Idempotency-Key: a retry gets the first answer, from any node, after any crash, and never does the command twice.
If-Match: a command is done at the version that its client has seen, or not at all."""
import json
import threading

import pytest

from harness.client import SESSIONS
from harness.waiting import wait_until


def answer(response):
    return response.status, response.json, response.headers.get("Location")


def keyed(key, **headers):
    return {"Idempotency-Key": key, **headers}


def test_a_retry_gets_the_first_answer(user):
    body = {"title": "once", "agent_type": "primary", "initial_message": "hi", "metadata": {"n": 1}}
    first = user.expect(201, "POST", SESSIONS, json_body=body, headers=keyed("create"))
    assert "Idempotency-Replayed" not in first.headers
    session = first.json["id"]
    path = f"{SESSIONS}/{session}"
    message = {"message_type": "agent", "content": "x", "metadata": {"digits": [1.10, 9007199254740993]}}
    added = user.expect(201, "POST", f"{path}/messages", json_body=message, headers=keyed("add"))
    renamed = user.expect(200, "PATCH", path, json_body={"title": "two"}, headers=keyed("rename"))
    deleted = user.expect(200, "DELETE", path, headers=keyed("delete"))
    restored = user.expect(200, "POST", f"{path}/restore", headers=keyed("restore"))
    user.expect(200, "PATCH", path, json_body={"title": "three"})
    user.add(session, "later")
    for again in range(2):
        for original, (method, target, arguments) in {
            first: ("POST", SESSIONS, {"json_body": body, "headers": keyed("create")}),
            added: ("POST", f"{path}/messages", {"json_body": message, "headers": keyed("add")}),
            renamed: ("PATCH", path, {"json_body": {"title": "two"}, "headers": keyed("rename")}),
            deleted: ("DELETE", path, {"headers": keyed("delete")}),
            restored: ("POST", f"{path}/restore", {"headers": keyed("restore")}),
        }.items():
            retried = user.send(method, target, **arguments)
            assert retried.headers.get("Idempotency-Replayed") == "true", (method, target, retried)
            assert answer(retried) == answer(original), f"try {again}"
    found = user.session(session)
    assert found["title"] == "three" and found["message_count"] == 3 and len(user.sessions()) == 1


def test_keys_are_of_a_user_and_of_a_request(user, service):
    body = {"title": "mine", "agent_type": "primary"}
    mine = user.expect(201, "POST", SESSIONS, json_body=body, headers=keyed("k"))
    theirs = service.client(0).expect(201, "POST", SESSIONS, json_body=body, headers=keyed("k"))
    assert theirs.json["id"] != mine.json["id"] and "Idempotency-Replayed" not in theirs.headers
    other = user.expect(422, "POST", SESSIONS, json_body={**body, "title": "other"}, headers=keyed("k"))
    assert other.json["type"] == "/problems/idempotency-key-reused"
    assert other.json["errors"][0]["pointer"] == "/header/Idempotency-Key"
    elsewhere = user.expect(422, "POST", f"{SESSIONS}/{mine.json['id']}/restore", headers=keyed("k"))
    assert elsewhere.json["type"] == "/problems/idempotency-key-reused"
    assert len(user.sessions()) == 1


@pytest.mark.parametrize("key, status", [("k" * 255, 201), ("ü" * 255, 201), ("a b,c;\"d\"", 201), ("k" * 256, 422), ("", 422)])
def test_keys_are_1_to_255_characters(user, key, status):
    response = user.send("POST", SESSIONS, json_body={"title": "t", "agent_type": "primary"},
                         headers=keyed(key.encode().decode("latin-1")))
    assert response.status == status, response


def test_a_refused_or_idle_command_leaves_its_key_unused(user):
    session = user.create("same")["id"]
    path = f"{SESSIONS}/{session}"
    user.expect(200, "PATCH", path, json_body={"title": "same"}, headers=keyed("idle"))
    user.expect(404, "DELETE", f"{SESSIONS}/01890a5d-ac96-774b-bcce-b302099a8057", headers=keyed("refused"))
    user.expect(422, "PATCH", path, json_body={"title": ""}, headers=keyed("invalid"))
    for key in ("idle", "refused", "invalid"):
        renamed = user.expect(200, "PATCH", path, json_body={"title": f"by {key}"}, headers=keyed(key))
        assert renamed.json["title"] == f"by {key}" and "Idempotency-Replayed" not in renamed.headers


def test_one_command_for_many_that_race_at_both_nodes(user, service):
    session = user.create()["id"]
    for turn in range(15):
        answers, gate = [], threading.Barrier(8)

        def send(index):
            client = user.at(service.apis[index % 2].port)
            gate.wait()
            response = client.send("POST", f"{SESSIONS}/{session}/messages", headers=keyed(f"turn {turn}"),
                                   json_body={"message_type": "user", "content": str(turn)})
            answers.append(response)
            client.close()

        threads = [threading.Thread(target=send, args=(i,)) for i in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert [r.status for r in answers] == [201] * 8
        assert len({json.dumps(r.json, sort_keys=True) for r in answers}) == 1
        assert sum("Idempotency-Replayed" not in r.headers for r in answers) == 1
    assert [m["content"] for m in user.messages(session)] == [str(turn) for turn in range(15)]


def test_first_answers_outlive_crashes(deploy, log_kind):
    deployment = deploy(log_kind, projectors=1)
    user = deployment.client(0)
    body = {"title": "t", "agent_type": "primary"}
    first = user.expect(201, "POST", SESSIONS, json_body=body, headers=keyed("k"))
    message = {"message_type": "user", "content": "c"}
    path = f"{SESSIONS}/{first.json['id']}/messages"
    # Not projected: only the log has it when the process is gone.
    for projector in deployment.projectors:
        projector.crash()
    added = user.expect(201, "POST", path, json_body=message, headers=keyed("m"))
    deployment.apis[0].crash()
    deployment.apis[0].restart()
    for node in (0, 1):
        client = user.at(deployment.apis[node].port)
        again = client.expect(201, "POST", path, json_body=message, headers=keyed("m"))
        assert answer(again) == answer(added) and again.headers["Idempotency-Replayed"] == "true"
    for projector in deployment.projectors:
        projector.restart()
    client = user.at(deployment.apis[1].port)
    # A projector's place in a Kafka group is its successor's only after some seconds.
    wait_until(lambda: client.send("GET", path).json == [added.json], 30, "the projection of the message")
    assert client.session(first.json["id"])["messages"] == [added.json]
    again = client.expect(201, "POST", path, json_body=message, headers=keyed("m"))
    assert answer(again) == answer(added)
    again = client.expect(201, "POST", SESSIONS, json_body=body, headers=keyed("k"))
    assert answer(again) == answer(first)


def test_if_match_lets_a_command_through_only_at_that_version(user):
    made = user.expect(201, "POST", SESSIONS, json_body={"title": "one", "agent_type": "primary"})
    path = made.headers["Location"]
    tag = user.expect(200, "GET", path).headers["ETag"]
    assert made.headers["ETag"] == tag
    renamed = user.expect(200, "PATCH", path, json_body={"title": "two"}, headers={"If-Match": tag})
    commands = [("PATCH", path, {"title": "three"}), ("PUT", path, {}), ("DELETE", path, None),
                ("POST", f"{path}/restore", None), ("POST", f"{path}/messages", {"message_type": "user", "content": "c"})]
    for method, target, body in commands:
        late = user.expect(412, method, target, json_body=body, headers={"If-Match": tag})
        assert late.json["type"] == "/problems/precondition-failed"
    for stale in ('W/' + renamed.headers["ETag"], '"other"', "nonsense", f'{tag}, "v999"'):
        user.expect(412, "PATCH", path, json_body={"title": "three"}, headers={"If-Match": stale})
    assert user.session(path.rsplit("/", 1)[1])["title"] == "two"
    both = f'"v999", {renamed.headers["ETag"]}'
    user.expect(200, "PATCH", path, json_body={"title": "three"}, headers={"If-Match": both})
    user.expect(200, "DELETE", path, headers={"If-Match": "*"})
    user.expect(404, "PATCH", path, json_body={"title": "four"}, headers={"If-Match": tag})


def test_another_sessions_changes_do_not_fail_a_condition(user):
    one, other = (user.expect(201, "POST", SESSIONS, json_body={"title": t, "agent_type": "primary"}) for t in "ab")
    user.add(other.json["id"], "activity")
    user.expect(200, "DELETE", one.headers["Location"], headers={"If-Match": one.headers["ETag"]})
