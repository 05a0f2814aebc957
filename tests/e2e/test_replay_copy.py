"""chat-replay copy, export and import: a log moves with every record where it was."""
import json
import os
import subprocess
import threading
import time
import uuid

import pytest

from harness.client import SESSIONS
from harness.kafka_reader import read_topic
from harness.postgres import new_database, psql
from harness.processes import BIN, Process
from harness.replay import replay, replay_ok
from harness.waiting import wait_until


def some_topic():
    return f"kafka://{os.environ['CHAT_TEST_KAFKA']}/copy-{uuid.uuid4().hex[:12]}"


def records(environment, log):
    """All that a log holds, by partition."""
    lines = replay_ok({**environment, "CHAT_LOG": log}, "tail", "--from", "beginning", "--no-follow", "--json").json_lines
    return sorted(lines, key=lambda line: (line["partition"], line["offset"]))


@pytest.fixture
def stopped(deploy, log_kind):
    """A service that has ended, with some history in its log; and a log of the other kind that is not there yet."""
    service = deploy(log_kind, apis=2, CHAT_PARTITIONS="5")
    for number in range(12):
        user = service.client(number % 2)
        chat = user.create(f"Chat {number} \u00fc", initial_message="line\nbreak")["id"]
        for message in range(20):
            user.add(chat, f"message {message}", metadata={"cost": 0.10})
    service.stop()
    service.other = "postgres" if log_kind == "kafka" else some_topic()
    return service


def unpacked(path):
    return subprocess.run(["zstdcat", path], capture_output=True, check=True).stdout.splitlines(keepends=True)


def packed(lines):
    return subprocess.run(["zstd", "-c"], input=b"".join(lines), capture_output=True, check=True).stdout


def start_on(service, log):
    """The same deployment, on another log."""
    for node in service.nodes:
        node.environment["CHAT_LOG"] = log
        node.start()
    for node in service.nodes:
        node.wait_ready(node.is_ready, 60)


def test_copied_to_the_other_kind_and_served_from_there(stopped):
    before = records(stopped.environment, stopped.log)
    assert len(before) > 250
    ran = replay_ok(stopped.environment, "copy", "--from", stopped.log, "--to", stopped.other)
    assert f"{len(before)} records copied" in ran.out and "the logs are the same" in ran.out
    assert records(stopped.environment, stopped.other) == before
    assert "0 records copied" in replay_ok(stopped.environment, "copy", "--from", stopped.log, "--to", stopped.other,
                                           "--verify-all").out
    # The read model and its checkpoints stay as they are, and fit.
    start_on(stopped, stopped.other)
    user = stopped.client(0)
    chat = user.create("On the other log")["id"]
    user.add(chat, "written there")
    wait_until(lambda: user.session(chat)["message_count"] == 1, 30)
    moved = {**stopped.environment, "CHAT_LOG": stopped.other}
    assert replay_ok(moved, "verify").lines[-1].endswith(" 0 differ")
    assert len(records(stopped.environment, stopped.other)) == len(before) + 2


def test_there_and_back_again(stopped):
    """Into the other kind, from there into a third log of the first kind, and that is the first."""
    before = records(stopped.environment, stopped.log)
    third = {**stopped.environment, "CHAT_DATABASE": new_database()}
    back = "postgres" if stopped.log == "postgres" else some_topic()
    replay_ok(stopped.environment, "copy", "--from", stopped.log, "--to", stopped.other)
    if stopped.other == "postgres":  # the copy in between is in the service's own database
        replay_ok(stopped.environment, "copy", "--from", stopped.other, "--to", back)
        assert records(stopped.environment, back) == before
    else:
        replay_ok(third, "copy", "--from", stopped.other, "--to", back)
        assert records(third, back) == before


def test_goes_on_after_kill(stopped, tmp_path):
    before = records(stopped.environment, stopped.log)
    for kill in range(3):
        process = Process("copy", [BIN / "chat-replay", "copy", "--from", stopped.log, "--to", stopped.other],
                          tmp_path / f"copy{kill}.log", stopped.environment).start()
        time.sleep(0.05 * (kill + 1))  # wherever it is by then
        process.kill()
    replay_ok(stopped.environment, "copy", "--from", stopped.log, "--to", stopped.other, "--verify-all")
    assert records(stopped.environment, stopped.other) == before


def test_a_log_that_holds_something_else_is_refused(stopped, tmp_path):
    path = tmp_path / "log.zst"
    replay_ok(stopped.environment, "export", "--to", path)
    lines = unpacked(path)
    there = {**stopped.environment, "CHAT_LOG": stopped.other}
    last = json.loads(lines[-2])
    path.write_bytes(packed([*lines[:-2], json.dumps({**last, "value": "{}"}).encode() + b"\n", lines[-1]]))
    replay_ok(there, "import", "--from", path)
    ran = replay(stopped.environment, "copy", "--from", stopped.log, "--to", stopped.other)
    assert ran.code == 4 and f"different records at partition 4 offset {last['offset']}" in ran.out
    replay_ok(there, "export", "--to", path)
    lines = unpacked(path)
    more = json.dumps({**last, "offset": last["offset"] + 1}).encode() + b"\n"
    path.write_bytes(packed([*lines[:-1], more, b'{"records":%d}\n' % (len(lines) - 1)]))
    replay_ok(there, "import", "--from", path)
    ran = replay(stopped.environment, "copy", "--from", stopped.log, "--to", stopped.other)
    assert ran.code == 4 and "has more records in partition 4" in ran.out


def test_another_number_of_partitions_is_refused(stopped):
    elsewhere = {**stopped.environment, "CHAT_DATABASE": new_database(), "CHAT_PARTITIONS": "3"}
    replay_ok(stopped.environment, "export", "--to", stopped.folder / "log.zst")
    imported = {**elsewhere, "CHAT_LOG": "postgres"}
    replay_ok(imported, "import", "--from", stopped.folder / "log.zst")  # a new log gets as many as it needs
    psql(elsewhere["CHAT_DATABASE"], "insert into log_partitions values (5, 0)")
    ran = replay(imported, "import", "--from", stopped.folder / "log.zst")
    assert ran.code == 4 and "has 6 partitions and must have 5" in ran.out


def test_exported_and_imported_into_either_kind(stopped, tmp_path):
    before = records(stopped.environment, stopped.log)
    path = tmp_path / "log.jsonl.zst"
    ran = replay_ok(stopped.environment, "export", "--to", path)
    assert f"{len(before)} records written" in ran.out and not path.with_suffix(".zst.part").exists()
    lines = subprocess.run(["zstdcat", path], capture_output=True, check=True).stdout.decode().splitlines()
    assert lines[0].startswith('{"format":"chat-store log","version":1,"partitions":5')
    assert lines[-1] == f'{{"records":{len(before)}}}' and len(lines) == len(before) + 2
    for log in ("postgres", some_topic()):
        fresh = {**stopped.environment, "CHAT_DATABASE": new_database(), "CHAT_LOG": log}
        replay_ok(fresh, "import", "--from", path)
        assert records(fresh, log) == before
        replay_ok(fresh, "import", "--from", path)  # all there: compared, and nothing written
        assert records(fresh, log) == before


def test_damaged_files_are_refused(stopped, tmp_path):
    path = tmp_path / "log.jsonl.zst"
    replay_ok(stopped.environment, "export", "--to", path)
    fresh = {**stopped.environment, "CHAT_DATABASE": new_database(), "CHAT_LOG": "postgres"}
    whole = path.read_bytes()
    lines = unpacked(path)

    for damaged, said in [(whole[:-20], "cut short"), (b"no zstd at all", "Unknown frame"),
                          (packed(lines[:-1]), "no last line"), (packed(lines[1:]), "is no exported log"),
                          (packed(lines[:3] + lines[4:]), "line 4: this is not the partition's next record"),
                          (packed(lines[:2] + [b"nonsense\n"]), "line 3 is no JSON"), (b"", "is no exported log"),
                          (whole + whole, "goes on after its end")]:
        path.write_bytes(damaged)
        ran = replay({**fresh, "CHAT_DATABASE": new_database()}, "import", "--from", path)
        assert ran.code in (1, 4) and said in ran.out + ran.err, (said, ran)
    ran = replay(fresh, "import", "--from", tmp_path / "missing")
    assert ran.code == 1 and "No such file" in ran.err
    ran = replay(stopped.environment, "export", "--to", "/no/such/folder/x")
    assert ran.code == 1 and "No such file" in ran.err


def test_switch_over_from_the_embedded_log_to_kafka_pauses_commands_for_seconds(deploy):
    """As docs/operations.md says: copy while the service runs, stop it, copy the rest, start it on the other log."""
    service = deploy("postgres", apis=1)
    topic = some_topic()
    user = service.client()
    chat = user.create("Before")["id"]
    done = threading.Event()
    written = []

    def write():
        mine = service.client(user=user.user)
        while not done.is_set():
            written.append(mine.add(chat, f"message {len(written)}")["id"])

    writer = threading.Thread(target=write)
    writer.start()
    replay_ok(service.environment, "copy", "--from", "postgres", "--to", topic)
    done.set()
    writer.join()

    began = time.monotonic()
    codes = service.stop()
    assert set(codes.values()) == {0}
    ran = replay_ok(service.environment, "copy", "--from", "postgres", "--to", topic)
    start_on(service, topic)
    response = service.client(user=user.user).expect(201, "POST", f"{SESSIONS}/{chat}/messages", json_body={
        "message_type": "user", "content": "after"})
    pause = time.monotonic() - began
    print(f"commands paused for {pause:.1f} s; {ran.lines[-1]}")
    assert pause < 30
    after = service.client(user=user.user)
    wait_until(lambda: after.expect(200, "GET", SESSIONS).version == response.version, 60)
    assert [message["id"] for message in after.all_messages(chat)][:-1] == written
    assert replay_ok({**service.environment, "CHAT_LOG": topic}, "verify").lines[-1].endswith(" 0 differ")
    brokers, name = topic.removeprefix("kafka://").split("/")
    assert len(read_topic(brokers, name)) == len(written) + 2 + 40  # the deployment's own forty users
