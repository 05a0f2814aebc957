"""Lands chat.events.public as Parquet files, up to what is there now: one more run lands what came since.

    land_parquet.py BROKERS FOLDER [TOPIC]

A file holds a run of offsets of one partition and is named for them: FOLDER/partition=3/00000000000000000100-00000000000000000249.parquet.
Where to go on is read off the names, so whatever is interrupted when, no event is landed twice.
"""
import json
import sys
from datetime import datetime, timezone
from pathlib import Path

import pyarrow
import pyarrow.parquet
from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

SCHEMA = pyarrow.schema([
    ("user", pyarrow.string()), ("type", pyarrow.string()), ("time", pyarrow.timestamp("us", tz="UTC")),
    ("session", pyarrow.string()), ("sequence", pyarrow.int64()), ("id", pyarrow.string()),
    # The fields that most questions are about; the whole event stands in `data`, as JSON.
    ("agent_type", pyarrow.string()), ("message_type", pyarrow.string()), ("messages", pyarrow.int32()),
    ("data", pyarrow.string()), ("offset", pyarrow.int64()),
])
ROWS_IN_A_FILE = 100_000


def row(message):
    headers = {name: value.decode() for name, value in message.headers()}
    data = json.loads(message.value())
    event = headers["ce_type"].rsplit(".", 1)[0]
    first = event == "chat.session.created" and "first_message" in data
    return {
        "user": message.key().decode(), "type": headers["ce_type"],
        "time": datetime.strptime(headers["ce_time"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc),
        "session": headers["ce_subject"], "sequence": int(headers["ce_sequence"]), "id": headers["ce_id"],
        "agent_type": data.get("agent_type") if event == "chat.session.created" else None,
        "message_type": data.get("message_type", "user" if first else None),
        "messages": int(first or event == "chat.message.added"),
        "data": message.value().decode(), "offset": message.offset(),
    }


def landed_up_to(folder):
    """Exclusive: the first offset that no file holds."""
    return max((int(file.stem.split("-")[1]) + 1 for file in folder.glob("*.parquet")), default=0)


def write(folder, rows):
    if not rows:
        return
    file = folder / f"{rows[0]['offset']:020}-{rows[-1]['offset']:020}.parquet"
    new = file.with_suffix(".new")
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows, SCHEMA), new, compression="zstd")
    new.replace(file)


def main(brokers, folder, topic="chat.events.public"):
    consumer = Consumer({
        "bootstrap.servers": brokers, "group.id": "land-parquet", "enable.auto.commit": False,
        "isolation.level": "read_committed",  # or events may come twice after a crash of the publisher
        "enable.partition.eof": True, "auto.offset.reset": "error",
    })
    found = consumer.list_topics(topic, timeout=10).topics[topic]
    if found.error:
        raise KafkaException(found.error)
    folders = {number: Path(folder) / f"partition={number}" for number in found.partitions}
    for path in folders.values():
        path.mkdir(parents=True, exist_ok=True)
    consumer.assign([TopicPartition(topic, number, landed_up_to(path)) for number, path in folders.items()])
    waiting, rows, landed = set(folders), {number: [] for number in folders}, 0
    while waiting:
        message = consumer.poll(30)
        if message is None:
            raise TimeoutError(f"nothing came from {brokers} within 30 s")
        number = message.partition()
        if not message.error():
            rows[number].append(row(message))
            landed += 1
        elif message.error().code() == KafkaError._PARTITION_EOF:
            waiting.discard(number)
        else:
            raise KafkaException(message.error())
        if len(rows[number]) >= ROWS_IN_A_FILE or number not in waiting:
            write(folders[number], rows[number])
            rows[number] = []
    consumer.close()
    print(f"{landed} events landed in {folder}")


if __name__ == "__main__":
    if not 3 <= len(sys.argv) <= 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
