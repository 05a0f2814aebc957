"""The topic, as its consumers see it: CloudEvents in Kafka's binary mode, one record for one command."""
import json
import os
import uuid
from collections import defaultdict

import pytest
from jsonschema import Draft202012Validator

from harness.client import SESSIONS
from harness.kafka_reader import read_topic
from harness.postgres import psql
from harness.processes import ROOT
from harness.waiting import wait_until

ALWAYS = {"ce_specversion", "ce_id", "ce_type", "ce_source", "ce_subject", "ce_time", "ce_dataschema", "content-type",
          "ce_sequence"}
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def deployment(deploy):
    return deploy("kafka")


def records_of(deployment, user):
    return [r for r in read_topic(os.environ["CHAT_TEST_KAFKA"], deployment.topic) if r.key == user.user]


def one_of_each(user):
    session = user.create("a title", initial_message="hello", metadata={"n": 9007199254740993})["id"]
    path = f"{SESSIONS}/{session}"
    user.add(session, "content", message_type="agent", agent_type="primary", metadata={"price": 1.5})
    user.expect(200, "PATCH", path, json_body={"title": "renamed"})
    user.expect(200, "DELETE", path)
    user.expect(200, "POST", f"{path}/restore")
    return session


def test_one_record_for_each_command(deployment):
    user = deployment.client()
    session = one_of_each(user)
    records = records_of(deployment, user)
    assert [r.headers["ce_type"] for r in records] == [
        "chat.session.created.v1", "chat.message.added.v1", "chat.session.renamed.v1", "chat.session.deleted.v1",
        "chat.session.restored.v1"]
    assert len({r.partition for r in records}) == 1, "one user's events stand in one partition"
    previous = None
    for number, record in enumerate(records, start=1):
        headers = record.headers
        assert ALWAYS <= set(headers), ALWAYS - set(headers)
        assert headers["ce_specversion"] == "1.0" and headers["content-type"].startswith("application/json")
        assert uuid.UUID(headers["ce_id"]).version == 7
        assert headers["ce_subject"] == session
        assert headers["ce_sequence"] == str(number)
        assert headers.get("ce_previous") == previous
        assert headers["ce_time"].endswith("Z")
        previous = headers["ce_id"]
    data = [json.loads(r.value) for r in records]
    assert {d["session_id"] for d in data} == {session}
    assert b"9007199254740993" in records[0].value
    assert data[1]["content"] == "content" and data[2]["title"] == "renamed"


def test_what_changes_nothing_leaves_no_record(deployment):
    user = deployment.client()
    session = user.create("same")["id"]
    user.expect(200, "PATCH", f"{SESSIONS}/{session}", json_body={"title": "same"})
    user.expect(200, "POST", f"{SESSIONS}/{session}/restore")
    user.expect(404, "DELETE", f"{SESSIONS}/{uuid.uuid4()}")
    user.expect(422, "POST", SESSIONS, json_body={})
    assert len(records_of(deployment, user)) == 1


def test_the_caller_who_lost_the_fifth_place_is_in_the_same_event(deployment):
    user = deployment.client()
    ids = [user.create(str(i))["id"] for i in range(6)]
    user.add(ids[0], "back again")
    records = records_of(deployment, user)
    assert len(records) == 7
    assert ids[0].encode() in records[5].value, "the sixth pushed the first out"
    assert ids[1].encode() in records[6].value, "the first, come back, pushed the second out"


def test_traces_are_taken_over(deployment):
    user = deployment.client()
    user.expect(201, "POST", SESSIONS, json_body={"title": "x", "agent_type": "primary"}, headers={"traceparent": TRACE})
    (record,) = records_of(deployment, user)
    assert record.headers["ce_traceparent"].split("-")[1] == TRACE.split("-")[1]


def test_races_leave_one_line_of_events_for_each_user(deployment):
    """What lost a race is void: the records that belong, by the rule, are numbered without gap and linked."""
    import concurrent.futures

    user = deployment.client()
    session = user.create()["id"]

    def write(worker):
        client = user.at(deployment.apis[worker % 2].port)
        return [client.send("POST", f"{SESSIONS}/{session}/messages",
                            json_body={"message_type": "user", "content": "x"}).status for _ in range(20)]

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        statuses = [status for worker in pool.map(write, range(8)) for status in worker]
    stream, last_id = 0, None
    for record in records_of(deployment, user):
        if int(record.headers["ce_sequence"]) == stream + 1 and record.headers.get("ce_previous") == last_id:
            stream, last_id = stream + 1, record.headers["ce_id"]
    assert stream == 1 + statuses.count(201)


def test_data_is_as_its_schema_says(deployment):
    schemas = {}
    for file in (ROOT / "events/schemas").glob("*.json"):
        schemas[file.name] = json.loads(file.read_text())
        Draft202012Validator.check_schema(schemas[file.name])
    user = deployment.client()
    one_of_each(user)
    for i in range(6):
        user.create(f"chat {i}", agent_type="log_analysis")
    checked = defaultdict(int)
    for record in records_of(deployment, user):
        schema = schemas[record.headers["ce_dataschema"].rsplit("/", 1)[-1]]
        problems = list(Draft202012Validator(schema).iter_errors(json.loads(record.value)))
        assert not problems, (record.headers["ce_type"], problems)
        checked[record.headers["ce_type"]] += 1
    assert len(checked) == 5


def test_both_versions_in_one_log(deploy):
    """One node writes chat.session.renamed.v2, the other v1, as in an upgrade: everything reads both."""
    deployment = deploy("kafka", publishers=1)
    second = deployment.apis[1]
    second.environment["CHAT_WRITE_VERSIONS"] = "chat.session.renamed.v2"
    second.restart()
    user = deployment.client()
    session = user.create("one")["id"]
    path = f"{SESSIONS}/{session}"
    for title, node in [("two", 0), ("three", 1), ("four", 0), ("five", 1)]:
        answer = user.at(deployment.apis[node].port).expect(200, "PATCH", path, json_body={"title": title})
        for api in deployment.apis:
            read = user.at(api.port).expect(200, "GET", path, headers={"Chat-Version": answer.version})
            assert read.json["title"] == title
    records = records_of(deployment, user)
    assert [(r.headers["ce_type"].rsplit(".", 1)[1], json.loads(r.value)["title"], json.loads(r.value).get("previous_title"))
            for r in records[1:]] == [("v1", "two", None), ("v2", "three", "two"), ("v1", "four", None),
                                      ("v2", "five", "four")]
    for record in records:
        schema = json.loads((ROOT / f"events{record.headers['ce_dataschema'].removeprefix('chat-store:')}").read_text())
        assert list(Draft202012Validator(schema).iter_errors(json.loads(record.value))) == []

    def published():
        return [r for r in read_topic(deployment.brokers, deployment.public_topic) if r.key == user.user]

    wait_until(lambda: len(published()) == 5, 30, "all five to be published", every=0.2)
    assert [(r.headers, r.value) for r in published()] == [(r.headers, r.value) for r in records]
    # A read model made anew, by programs that write v1.
    psql(deployment.database, "truncate chat_sessions, chat_messages, user_streams, checkpoints, command_answers,"
         " user_activity")
    del second.environment["CHAT_WRITE_VERSIONS"]
    for node in (*deployment.projectors, second, deployment.apis[0]):
        node.restart()
    user.close()
    wait_until(lambda: user.send("GET", path).status == 200 and user.session(session)["title"] == "five", 30, "the titles")
