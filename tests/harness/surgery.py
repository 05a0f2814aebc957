"""Damages a log, as disks, operators and wrong settings do: records are taken away, exchanged or put in past the programs."""
import base64
import json
import subprocess

from harness.consumers import PYTHON
from harness.kafka_reader import Record, read_topic
from harness.postgres import psql
from harness.processes import ROOT


def surgery_on(deployment, partitions):
    return (KafkaSurgery if deployment.log_kind == "kafka" else PostgresSurgery)(deployment, partitions)


class PostgresSurgery:
    def __init__(self, deployment, partitions):
        self.database = deployment.database
        self.partitions = partitions

    def records(self):
        rows = psql(self.database, "select partition, \"offset\", encode(key, 'hex'), encode(headers, 'hex'),"
                                   " encode(value, 'hex') from log_records order by 1, 2")
        return [Record(int(partition), int(offset), bytes.fromhex(key).decode(), bytes.fromhex(value),
                       parse_headers(bytes.fromhex(headers).decode())) for partition, offset, key, headers, value in rows]

    def rewrite(self, records):
        """The log becomes these: their partitions count, their offsets do not."""
        ends = dict.fromkeys(range(self.partitions), 0)
        rows = []
        for record in records:
            rows.append(self._row(record, ends[record.partition]))
            ends[record.partition] += 1
        insert = f"insert into log_records (partition, \"offset\", key, headers, value) values {','.join(rows)};" if rows else ""
        moved = "".join(f"update log_partitions set next_offset = {end} where partition = {partition};"
                        for partition, end in ends.items())
        psql(self.database, f"begin; lock table log_partitions; delete from log_records; {insert} {moved} commit")

    def append(self, record):
        [[offset]] = psql(self.database, f"update log_partitions set next_offset = next_offset + 1 where partition = "
                                         f"{record.partition} returning next_offset - 1")
        psql(self.database, "insert into log_records (partition, \"offset\", key, headers, value) values "
             + self._row(record, offset))

    @staticmethod
    def _row(record, offset):
        headers = "".join(f"{len(text.encode())}:{text}," for pair in record.headers.items() for text in pair)
        texts = [f"'\\x{data.hex()}'" for data in (record.key.encode(), headers.encode(), record.value)]
        return f"({record.partition}, {offset}, {', '.join(texts)})"


def parse_headers(text):
    texts = []
    data = text.encode()
    while data:
        size, data = data.split(b":", 1)
        texts.append(data[:int(size)].decode())
        data = data[int(size) + 1:]
    return dict(zip(texts[::2], texts[1::2]))


class KafkaSurgery:
    def __init__(self, deployment, partitions):
        self.brokers, self.topic, self.partitions = deployment.brokers, deployment.topic, partitions

    def records(self):
        return read_topic(self.brokers, self.topic, self.partitions)

    def rewrite(self, records):
        """The topic is deleted, made anew with the same settings, and filled with these."""
        self._run("rewrite", records)

    def append(self, record):
        self._run("append", [record])

    def _run(self, what, records):
        asked = {"what": what, "brokers": self.brokers, "topic": self.topic, "partitions": self.partitions,
                 "records": [[r.partition, r.key, list(r.headers.items()), base64.b64encode(r.value).decode()]
                             for r in records]}
        done = subprocess.run([PYTHON, ROOT / "tests/harness/kafka_surgery.py"], input=json.dumps(asked), text=True,
                              capture_output=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
