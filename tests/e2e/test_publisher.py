"""chat.events.public: what belongs, in order, each event once for readers of what is committed."""
import json
import os
import re
import signal
import subprocess
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from jsonschema import Draft202012Validator

from harness.belonging import belonging, content
from harness.client import SESSIONS, Client
from harness.kafka import OwnKafka
from harness.kafka_reader import read_topic
from harness.postgres import psql
from harness.processes import BIN, ROOT, clean_environment
from harness.waiting import wait_until
from test_restarts import Writers


def expected(deployment):
    return content(belonging(read_topic(deployment.brokers, deployment.topic)))


def published(deployment, topic=None):
    return content(read_topic(deployment.brokers, topic or deployment.public_topic))


def check_published(deployment, seconds=60):
    """Public is what belongs, in the same order, nothing twice, key, partition, headers and value unchanged."""
    belongs = expected(deployment)
    wait_until(lambda: len(published(deployment)) >= len(belongs), seconds, "everything to be published", every=0.3)
    assert published(deployment) == belongs
    return belongs


def race(deployment, users=3, workers=8, messages=15):
    """Several writers of the same users at both nodes: some records lose, and are void."""
    sessions = [(deployment.client(), None) for _ in range(users)]
    sessions = [(user, user.create()["id"]) for user, _ in sessions]

    def write(worker):
        for number in range(messages):
            user, session = sessions[number % users]
            client = user.at(deployment.apis[worker % 2].port)
            client.send("POST", f"{SESSIONS}/{session}/messages", json_body={"message_type": "user", "content": "x"})
            client.close()

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(write, range(workers)))
    return sessions


def everything_of_one(user):
    session = user.create("a title", initial_message="hello", metadata={"n": 9007199254740993})["id"]
    path = f"{SESSIONS}/{session}"
    user.add(session, "some content", message_type="agent", agent_type="primary", metadata={"price": 1.50})
    user.expect(200, "PATCH", path, json_body={"title": "another title"})
    user.expect(200, "DELETE", path)
    user.expect(200, "POST", f"{path}/restore")


def test_only_what_belongs_is_published(deploy):
    deployment = deploy("kafka", publishers=2)

    def voids():
        race(deployment)
        records = read_topic(deployment.brokers, deployment.topic)
        return len(records) - len(belonging(records))

    wait_until(voids, 60, "a race to leave void records, or this proves nothing")
    everything_of_one(deployment.client())
    check_published(deployment)


def test_publishers_killed_paused_and_replaced(deploy):
    """Zombies come back from a pause with a transaction in their hands; others are killed in the middle of one."""
    deployment = deploy("kafka", publishers=2)
    with Writers(deployment) as writers:
        for number in range(8):
            victim = deployment.publishers[number % 2]
            writers.wait_for_more(60)
            if number % 3 == 2:
                victim.signal(signal.SIGSTOP)
                writers.wait_for_more(400)
                victim.signal(signal.SIGCONT)
            else:
                victim.crash()
                victim.start_ready()
        writers.wait_for_more(60)
    writers.check()
    check_published(deployment)


def test_the_broker_killed_in_the_middle(deploy, tmp_path):
    broker = OwnKafka(tmp_path / "kafka").start()
    try:
        deployment = deploy("kafka", publishers=2, own_kafka=broker, CHAT_COMMAND_DEADLINE="30s")
        with Writers(deployment) as writers:
            for number in range(3):
                writers.wait_for_more(100)
                broker.crash()
                deployment.publishers[number % 2].crash()
                broker.start()
                deployment.publishers[number % 2].start_ready(60)
                writers.wait_for_more(100, 60)
        writers.check()
        check_published(deployment)
        for node in deployment.nodes:
            node.stop()
    finally:
        broker.stop()


def test_a_publisher_that_forgot_everything_publishes_nothing_twice(deploy):
    deployment = deploy("kafka", publishers=1, apis=1)
    user = deployment.client()
    everything_of_one(user)
    check_published(deployment)
    for tables in (["publication_marks"], ["publication_marks", "publication_streams"]):
        deployment.publishers[0].stop()
        for table in tables:
            psql(deployment.database, f"delete from {table}")
        deployment.publishers[0].start_ready()
        everything_of_one(user)
        check_published(deployment)


def test_a_topic_made_anew_gets_everything(deploy):
    deployment = deploy("kafka", publishers=1, apis=1)
    everything_of_one(deployment.client())
    before = check_published(deployment)
    publisher = deployment.publishers[0]
    publisher.stop()
    assert psql(deployment.database, "select sum(next_offset) from publication_marks") != [[""]], "stopping saves"
    psql(deployment.database, "update publication_marks set topic = topic || '.again'; "
                              "update publication_streams set topic = topic || '.again'")
    publisher.environment["CHAT_PUBLIC_TOPIC"] = f"kafka://{deployment.brokers}/{deployment.public_topic}.again"
    publisher.start_ready()
    wait_until(lambda: published(deployment, f"{deployment.public_topic}.again") == before, 30, "all of it again")


def test_marks_are_a_shortcut_not_the_truth(deploy):
    """A mark that does not fit the topic (a broker that lost power can lose its last events) is dropped."""
    deployment = deploy("kafka", publishers=1, apis=1)
    user = deployment.client()
    everything_of_one(user)
    check_published(deployment)
    publisher = deployment.publishers[0]
    publisher.stop()
    # As if the mark were of later: no event of that id is in the topic.
    changed = psql(deployment.database, f"update publication_marks set last_published = '{uuid.uuid4()}' returning 1")
    assert changed
    publisher.start_ready()
    user.create("one more")
    check_published(deployment)


@pytest.mark.parametrize("texts", ["hashed", "left-out"])
def test_texts_hashed_or_left_out(deploy, texts):
    deployment = deploy("kafka", publishers=1, apis=1, CHAT_PUBLIC_TEXTS=texts, CHAT_PUBLIC_HASH_KEY="a secret")
    user = deployment.client()
    everything_of_one(user)
    everything_of_one(user)
    belongs = [r for r in belonging(read_topic(deployment.brokers, deployment.topic)) if r.key == user.user]

    def of_user():
        return [r for r in read_topic(deployment.brokers, deployment.public_topic) if r.key == user.user]

    found = wait_until(lambda: len(of_user()) == len(belongs) and of_user(), 30, "everything to be published", every=0.3)
    assert [(r.partition, r.headers) for r in found] == [(r.partition, r.headers) for r in belongs]
    for theirs, ours in zip(found, belongs):
        schema = json.loads((ROOT / f"events{ours.headers['ce_dataschema'].removeprefix('chat-store:')}").read_text())
        assert list(Draft202012Validator(schema).iter_errors(json.loads(theirs.value))) == []
        for word in (b"a title", b"hello", b"some content", b"another title"):
            assert word not in theirs.value
        public, stored = json.loads(theirs.value), json.loads(ours.value)
        hidden = {name for name in ("title", "content") if name in stored}
        if texts == "left-out":
            assert hidden.isdisjoint(public)
            assert public.get("first_message", {}).keys() == stored.get("first_message", {}).keys() - {"content"}
        else:
            assert all(re.fullmatch("hmac-sha256:[0-9a-f]{64}", public[name]) for name in hidden)
        rest = hidden | {"first_message"}
        assert {k: v for k, v in public.items() if k not in rest} == {k: v for k, v in stored.items() if k not in rest}
    if texts == "hashed":
        first, second = (json.loads(r.value) for r in found if r.headers["ce_type"] == "chat.session.created.v1")
        assert first["title"] == second["title"] != first["first_message"]["content"]


def test_of_a_log_in_postgres_to_a_topic_that_is_named(deploy):
    topic = f"e2e-{uuid.uuid4().hex[:12]}.public"
    deployment = deploy("postgres", publishers=2, CHAT_PUBLIC_TOPIC=f"kafka://{os.environ['CHAT_TEST_KAFKA']}/{topic}")
    with Writers(deployment, 4) as writers:
        writers.wait_for_more(50)
        deployment.publishers[0].crash()
        deployment.publishers[0].start_ready()
        writers.wait_for_more(50)
    writers.check()
    version = sum(int(row[0]) for row in psql(deployment.database, "select version from user_streams"))
    wait_until(lambda: len(published(deployment, topic)) >= version, 30, "everything to be published", every=0.3)
    found = read_topic(deployment.brokers, topic)
    assert belonging(found) == found and len(found) == version


def ending(settings, *flags):
    done = subprocess.run([BIN / "chat-publisher", *flags], env={**clean_environment(), **settings}, text=True,
                          capture_output=True, timeout=60, check=False)
    return done.returncode, done.stderr


def test_settings_that_cannot_be():
    code, text = ending({"CHAT_LOG": "postgres"})
    assert code == 2 and "CHAT_PUBLIC_TOPIC" in text and "CHAT_LOG=postgres" in text
    code, text = ending({"CHAT_LOG": "kafka://127.0.0.1:1/x", "CHAT_PUBLIC_TEXTS": "hashed"})
    assert code == 2 and "CHAT_PUBLIC_HASH_KEY" in text
    code, text = ending({"CHAT_LOG": "kafka://127.0.0.1:1/x", "CHAT_PUBLIC_TOPIC": "kafka://127.0.0.1:1/x"})
    assert code == 2 and "must not be the log itself" in text


def test_a_topic_that_cannot_be_the_public_one_is_refused(deploy):
    deployment = deploy("kafka", apis=1)
    # The log of another deployment has other partitions, and is nothing to publish to.
    other = deploy("kafka", apis=1, projectors=0, CHAT_PARTITIONS="3")
    code, text = ending({**deployment.environment, "CHAT_PUBLIC_TOPIC": other.log})
    assert code == 1 and "has 3 partitions and must have as many as the log, 12" in text


def test_what_it_counts(deploy):
    deployment = deploy("kafka", publishers=1, apis=1)
    everything_of_one(deployment.client())
    check_published(deployment)
    probe = deployment.publishers[0].is_ready
    assert probe()
    text = Client(deployment.publishers[0].port).send("GET", "/metrics").body.decode()
    events = float(re.search(r"^chat_publication_events_total (\S+)", text, re.MULTILINE)[1])
    assert events == len(expected(deployment))
    assert "chat_publication_lag_records" in text and "chat_projection" not in text
