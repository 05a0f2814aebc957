"""A log that lost its end: what docs/operations.md tells an operator to do about it ("Damage")."""
import re

import pytest

from harness.client import SESSIONS, Client
from harness.kafka_topics import delete_topic
from harness.postgres import psql
from harness.processes import ROOT
from harness.replay import replay_ok
from harness.waiting import wait_until


def documented_statement():
    """The SQL that the page gives, word for word."""
    page = " ".join((ROOT / "docs/operations.md").read_text().split())
    return re.search(r"`(TRUNCATE [^`]*)`", page)[1]


def answers(node):
    try:
        return Client(node.port, timeout=5).send("GET", "/healthz").status == 200
    except OSError:
        return False


@pytest.fixture
def cut(deploy, log_kind, tmp_path):
    """A service whose log was put back from a backup that lacks the last commands of some users."""
    service = deploy(log_kind, apis=2, CHAT_PARTITIONS="2")
    users = [service.client() for _ in range(4)]
    for user in users:
        user.chat = user.create("Kept", initial_message="kept")["id"]
        user.add(user.chat, "kept too")
    backup = tmp_path / "log.jsonl.zst"
    replay_ok(service.environment, "export", "--to", backup)
    for user in users[:2]:
        for number in range(5):
            user.add(user.chat, f"lost {number}")
        user.lost = user.create("Lost")["id"]
        user.expect(200, "GET", f"{SESSIONS}/{user.lost}")
    service.stop()
    if log_kind == "kafka":
        delete_topic(service.brokers, service.topic)
    else:
        psql(service.database, "truncate log_records, log_partitions")
    replay_ok(service.environment, "import", "--from", backup)
    service.users = users
    return service


def test_a_read_model_that_is_ahead_of_its_log_is_emptied_and_made_anew(cut):
    for node in cut.nodes:
        node.start()
    for node in cut.apis:
        node.wait_ready(lambda: answers(node), 60)
    for user in cut.users:
        user.close()
    lost, kept = cut.users[0], cut.users[2]

    def refused():
        answer = lost.send("POST", f"{SESSIONS}/{lost.chat}/messages", json_body={"message_type": "user", "content": "x"})
        return answer.status == 503 and answer.json["type"] == "/problems/log-unavailable"

    wait_until(refused, 60, "commands to be refused")
    wait_until(lambda: "the log ends" in cut.projectors[0].output(), 60, "the projector to tell")
    assert psql(cut.database, f"select message_count from chat_sessions where id = '{lost.chat}'") == [["7"]]

    for node in cut.nodes:
        node.stop()
    psql(cut.database, documented_statement())
    for node in cut.nodes:
        node.start()
    for node in cut.nodes:
        node.wait_ready(node.is_ready, 60)
    for user in cut.users:
        user.close()
        wait_until(lambda: user.send("GET", f"{SESSIONS}/{user.chat}").status == 200, 60, "the log to be projected")
        assert [message["content"] for message in user.messages(user.chat)] == ["kept", "kept too"]
    assert lost.send("GET", f"{SESSIONS}/{lost.lost}").status == 404
    for user in (lost, kept):
        for node in cut.apis:
            at = user.at(node.port)
            at.add(user.chat, "goes on")
        assert len(at.messages(user.chat)) == 4
    assert replay_ok(cut.environment, "verify").lines[-1].endswith(" 0 differ")
