"""What a log holds, read past the programs: from a Kafka topic as any consumer would, or from the tables by SQL."""
from harness.kafka_reader import Record, read_topic
from harness.postgres import psql


def netstrings(data):
    """`4:name,5:value,` as headers are kept in PostgreSQL (migration 2)."""
    texts, at = [], 0
    while at < len(data):
        colon = data.index(b":", at)
        end = colon + 1 + int(data[at:colon])
        texts.append(data[colon + 1:end].decode())
        assert data[end:end + 1] == b",", "no netstring"
        at = end + 1
    return texts


def read_log(deployment, brokers, database):
    """Every record, by partition and offset."""
    if deployment.log_kind == "kafka":
        return read_topic(brokers, deployment.topic)
    records = []
    for partition, offset, key, headers, value in psql(database, """
            SELECT partition, "offset", encode(key, 'hex'), encode(headers, 'hex'), encode(value, 'hex')
              FROM log_records ORDER BY partition, "offset\""""):
        texts = netstrings(bytes.fromhex(headers))
        records.append(Record(int(partition), int(offset), bytes.fromhex(key).decode(), bytes.fromhex(value),
                              dict(zip(texts[::2], texts[1::2]))))
    return records


def ends(records):
    """The first offset of each partition that holds no record."""
    found = {}
    for record in records:
        found[record.partition] = record.offset + 1
    return found


def read_model(database):
    """What projectors made of it: {session: (user, title, message_count, is_active, is_deleted)}, {session: [message, ..]},
    {user: version}, and why users are quarantined."""
    sessions = {row[0]: (row[1], row[2], int(row[3]), row[4] == "t", row[5] == "t") for row in psql(
        database, "SELECT id, user_id, title, message_count, is_active, deleted_at IS NOT NULL FROM chat_sessions")}
    messages = {}
    for session, message in psql(database, "SELECT session_id, id FROM chat_messages ORDER BY session_id, sequence"):
        messages.setdefault(session, []).append(message)
    versions = {row[0]: int(row[1]) for row in psql(database, "SELECT user_id, version FROM user_streams")}
    quarantined = psql(database, "SELECT user_id, quarantine_reason FROM user_streams WHERE quarantined_at IS NOT NULL")
    return sessions, messages, versions, quarantined


def checkpoints(database):
    return {int(row[0]): int(row[1]) for row in psql(database, "SELECT partition, next_offset FROM checkpoints")}
