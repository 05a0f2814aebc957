"""Run by surgery.py with the Python that has confluent-kafka: makes a topic anew, or adds records to it past the programs."""
import base64
import json
import sys
import time

from confluent_kafka import KafkaError, KafkaException, Producer
from confluent_kafka.admin import AdminClient, ConfigResource, NewTopic

PATIENCE = 60


def make_anew(admin, topic, partitions):
    [described] = admin.describe_configs([ConfigResource(ConfigResource.Type.TOPIC, topic)]).values()
    settings = {name: entry.value for name, entry in described.result().items()
                if not entry.is_default and entry.source == 1}  # 1: the topic's own
    admin.delete_topics([topic])[topic].result()
    deadline = time.monotonic() + PATIENCE
    while True:  # a deleted topic's name is free only after a while
        try:
            admin.create_topics([NewTopic(topic, partitions, 1, config=settings)])[topic].result()
            return
        except KafkaException as error:
            if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS or time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def main():
    asked = json.load(sys.stdin)
    servers = {"bootstrap.servers": asked["brokers"]}
    if asked["what"] == "rewrite":
        make_anew(AdminClient(servers), asked["topic"], asked["partitions"])
    producer = Producer({**servers, "enable.idempotence": True, "message.timeout.ms": PATIENCE * 1000})
    failures = []
    for partition, key, headers, value in asked["records"]:
        producer.produce(asked["topic"], base64.b64decode(value), key.encode(), partition,
                         headers=[(name, text.encode()) for name, text in headers],
                         on_delivery=lambda error, _: error and failures.append(str(error)))
    left = producer.flush(PATIENCE)
    if failures or left:
        sys.exit(f"{left} records not sent; {failures[:3]}")


main()
