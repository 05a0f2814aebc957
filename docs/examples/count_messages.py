"""Counts the messages of chat.events.public by day, agent type and session, as a member of a consumer group.

    count_messages.py BROKERS TOPIC GROUP FOLDER

Start as many as there are partitions, at most: they share the partitions. What is counted of a partition stands in
FOLDER/<partition>.json together with the offset up to which it is counted, and both are replaced at once. So a member
that is killed at any moment leaves nothing to be counted twice or never. Ends at SIGTERM, or Ctrl-C.

A user's events are in one partition and in order, so a session's creation comes before its messages: what the counts need
of it is remembered.
"""
import json
import os
import signal
import sys
from collections import Counter
from pathlib import Path

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaException

SAVE_EVERY = 500  # records


class PartitionCounts:
    def __init__(self, folder, partition):
        self.file = Path(folder) / f"{partition}.json"
        kept = json.loads(self.file.read_text()) if self.file.exists() else {}
        self.next_offset = kept.get("next_offset", 0)
        self.agent_types = kept.get("agent_types", {})  # of each session
        self.counts = Counter(kept.get("counts", {}))  # by "day agent_type session"
        self.unsaved = 0

    def take(self, message):
        headers = {name: value.decode() for name, value in message.headers()}
        session, day = headers["ce_subject"], headers["ce_time"][:10]
        event = headers["ce_type"].rsplit(".", 1)[0]  # without its version
        messages = 0
        if event == "chat.session.created":
            data = json.loads(message.value())
            self.agent_types[session] = data["agent_type"]
            messages = 1 if "first_message" in data else 0
        elif event == "chat.message.added":
            messages = 1
        if messages:
            self.counts[f"{day} {self.agent_types[session]} {session}"] += messages
        self.next_offset = message.offset() + 1
        self.unsaved += 1

    def save(self):
        if not self.unsaved:
            return
        new = self.file.with_suffix(f".{os.getpid()}")
        new.write_text(json.dumps({"next_offset": self.next_offset, "agent_types": self.agent_types,
                                   "counts": self.counts}))
        new.replace(self.file)
        self.unsaved = 0


def main(brokers, topic, group, folder):
    Path(folder).mkdir(parents=True, exist_ok=True)
    ours = {}
    stopped = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.append(True))

    def assigned(consumer, partitions):
        for partition in partitions:
            counts = ours[partition.partition] = PartitionCounts(folder, partition.partition)
            partition.offset = counts.next_offset or OFFSET_BEGINNING
        consumer.assign(partitions)

    def revoked(_, partitions):
        for partition in partitions:
            ours.pop(partition.partition).save()

    consumer = Consumer({
        "bootstrap.servers": brokers, "group.id": group,
        "isolation.level": "read_committed",  # or events may come twice after a crash of the publisher
        "enable.auto.commit": False,          # the position stands with the counts
        "auto.offset.reset": "error",
        "session.timeout.ms": 6000,
    })
    consumer.subscribe([topic], on_assign=assigned, on_revoke=revoked, on_lost=lambda _, lost: [
        ours.pop(partition.partition, None) for partition in lost])
    while not stopped:
        message = consumer.poll(0.2)
        if message is None:
            for counts in ours.values():
                counts.save()
            continue
        if message.error():
            if message.error().fatal():
                raise KafkaException(message.error())
            continue  # librdkafka goes on by itself
        counts = ours[message.partition()]
        counts.take(message)
        if counts.unsaved >= SAVE_EVERY:
            counts.save()
    consumer.close()


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    main(*sys.argv[1:])
