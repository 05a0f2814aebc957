"""chat.events.public, read by clients that are not ours: Python's and Java's, a CloudEvents SDK, Parquet and DuckDB."""
import json
import re
import subprocess

import pytest
import yaml

from harness.belonging import belonging
from harness.consumers import EXAMPLES, PYTHON, CountingGroup, counts_in_postgres
from harness.kafka import OwnKafka
from harness.kafka_reader import read_topic
from harness.processes import ROOT, clean_environment
from harness.waiting import wait_until
from test_publisher import check_published, everything_of_one
from test_restarts import Writers


def python(*arguments, seconds=120):
    done = subprocess.run([PYTHON, *arguments], capture_output=True, text=True, timeout=seconds, check=False,
                          env=clean_environment())
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.timeout(600)
def test_counts_agree_with_postgres_after_faults(deploy, tmp_path):
    """Publishers, the broker and one consumer of each group are killed while messages come."""
    broker = OwnKafka(tmp_path / "kafka").start()
    groups = []
    try:
        deployment = deploy("kafka", publishers=2, own_kafka=broker, CHAT_COMMAND_DEADLINE="30s")
        groups = [CountingGroup(language, deployment, tmp_path).start() for language in ("python", "java")]
        with Writers(deployment) as writers:
            for round_number in range(3):
                writers.wait_for_more(150)
                deployment.publishers[round_number % 2].crash()
                if round_number == 1:
                    broker.crash()
                    broker.start()
                for group in groups:
                    group.members[round_number % 2].kill()
                writers.wait_for_more(100)
                deployment.publishers[round_number % 2].start_ready(60)
                for group in groups:
                    group.members[round_number % 2].start()
            writers.wait_for_more(100)
        writers.check()
        check_published(deployment)
        expected = counts_in_postgres(deployment.database)
        assert expected.total() > 700
        for group in groups:
            wait_until(lambda: group.counts().total() >= expected.total(), 90, f"{group.members[0].name} to count all",
                       every=0.2)
            assert group.counts() == expected, group.members[0].name
            group.stop()
            assert group.counts() == expected
        for node in deployment.nodes:
            node.stop()
    finally:
        for group in groups:
            group.kill()
        broker.stop()


PARSE = """
import json, sys
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary
from cloudevents.core.formats.json import JSONFormat
for line in sys.stdin:
    record = json.loads(line)
    message = KafkaMessage({name: value.encode() for name, value in record["headers"].items()}, record["key"].encode(),
                           record["value"].encode())
    event = from_binary(message, JSONFormat())
    print(json.dumps({"id": event.get_id(), "type": event.get_type(), "source": event.get_source(),
                      "subject": event.get_subject(), "time": event.get_time().isoformat(),
                      "schema": event.get_dataschema(), "content": event.get_datacontenttype(),
                      "sequence": event.get_extension("sequence"), "previous": event.get_extension("previous"),
                      "data": event.get_data()}))
"""


def test_a_cloudevents_sdk_understands_every_record(deploy):
    deployment = deploy("kafka", publishers=1, apis=1)
    everything_of_one(deployment.client())
    check_published(deployment)
    records = read_topic(deployment.brokers, deployment.public_topic)
    lines = "\n".join(json.dumps({"key": r.key, "headers": r.headers, "value": r.value.decode()}) for r in records)
    done = subprocess.run([PYTHON, "-c", PARSE], input=lines, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert {event["type"] for event in events} >= {
        "chat.session.created.v1", "chat.session.renamed.v1", "chat.session.deleted.v1", "chat.session.restored.v1",
        "chat.message.added.v1"}
    for event, record in zip(events, records, strict=True):
        headers = record.headers
        assert event["id"] == headers["ce_id"] and event["source"] == headers["ce_source"]
        assert event["subject"] == headers["ce_subject"] and event["schema"] == headers["ce_dataschema"]
        assert event["time"].replace("+00:00", "Z") in (headers["ce_time"], headers["ce_time"].replace(".000000Z", "Z"))
        assert event["content"] == headers["content-type"]
        assert event["sequence"] == headers["ce_sequence"] and event["previous"] == headers.get("ce_previous")
        assert event["data"] == json.loads(record.value)


def test_parquet_holds_each_event_once_however_often_it_is_landed(deploy, tmp_path):
    deployment = deploy("kafka", publishers=1)
    lake = tmp_path / "lake"
    with Writers(deployment, 4) as writers:
        for _ in range(3):
            writers.wait_for_more(50)
            python(EXAMPLES / "land_parquet.py", deployment.brokers, lake, deployment.public_topic)
    writers.check()
    check_published(deployment)
    told = python(EXAMPLES / "land_parquet.py", deployment.brokers, lake, deployment.public_topic)
    assert re.match(r"\d+ events landed in", told)
    assert python(EXAMPLES / "land_parquet.py", deployment.brokers, lake, deployment.public_topic).startswith("0 events")
    belongs = belonging(read_topic(deployment.brokers, deployment.topic))
    counted = python(EXAMPLES / "query.py", lake, "SELECT count(*) AS n, count(DISTINCT id) AS ids FROM events")
    assert [int(n) for n in re.findall(r"\d+", counted.split("┤")[1])] == [len(belongs), len(belongs)]
    messages = python(EXAMPLES / "query.py", lake, "SELECT sum(messages)::INT AS n FROM events")
    assert int(re.findall(r"\d+", messages.split("┤")[1])[0]) == counts_in_postgres(deployment.database).total()
    assert "█" in python(EXAMPLES / "query.py", lake, EXAMPLES / "messages_per_day.sql")


ADMIN = """
import json, sys
from confluent_kafka.admin import AdminClient, ConfigResource
admin, topic = AdminClient({"bootstrap.servers": sys.argv[1]}), sys.argv[2]
(found,) = admin.describe_configs([ConfigResource(ConfigResource.Type.TOPIC, topic)]).values()
print(json.dumps({"partitions": len(admin.list_topics(topic, timeout=10).topics[topic].partitions),
                  "settings": {name: entry.value for name, entry in found.result().items()}}))
"""


@pytest.mark.parametrize("channel", ["events", "publicEvents"])
def test_topics_are_as_asyncapi_says(deploy, channel):
    deployment = deploy("kafka", publishers=1, apis=1)
    described = yaml.safe_load((ROOT / "events/asyncapi.yaml").read_text())["channels"][channel]
    topic = deployment.topic if channel == "events" else deployment.public_topic
    assert described["address"] == ("chat.events" if channel == "events" else "chat.events.public")
    found = json.loads(python("-c", ADMIN, deployment.brokers, topic))
    binding = described["bindings"]["kafka"]
    assert found["partitions"] == binding["partitions"]
    for name, value in binding["topicConfiguration"].items():
        assert found["settings"][name] == (",".join(value) if isinstance(value, list) else str(value)), name
