"""chat-replay rebuild: the read model made anew beside the live one and exchanged, while everybody goes on."""
import os
import pty
import re
import signal
import subprocess

import pytest

from harness.client import SESSIONS
from harness.postgres import psql
from harness.processes import BIN, Process, clean_environment
from harness.replay import replay, replay_ok
from harness.traffic import Traffic
from harness.waiting import wait_until

TABLES = ("chat_sessions", "chat_messages", "user_streams", "command_answers", "user_activity", "checkpoints")


def schemas(service):
    return {row[0] for row in psql(service.database, "select nspname from pg_namespace where nspname like 'public%'")}


def table_oids(service):
    return [psql(service.database, f"select 'public.{table}'::regclass::oid")[0][0] for table in TABLES]


def structure(service, schema="public"):
    """All that a table is besides its rows."""
    return psql(service.database, f"""
        select 'index', tablename, replace(indexdef, ' {schema}.', ' ') from pg_indexes
         where schemaname = '{schema}' and tablename in {TABLES}
        union all
        select 'constraint', conrelid::regclass::text, concat_ws(' ', conname, contype, convalidated,
               replace(pg_get_constraintdef(oid), '{schema}.', '')) from pg_constraint
         where connamespace = '{schema}'::regnamespace and conrelid::regclass::text in {TABLES}
        union all
        select 'column', table_name, concat_ws(' ', column_name, data_type, character_maximum_length, is_nullable,
               column_default, collation_name, generation_expression) from information_schema.columns
         where table_schema = '{schema}' and table_name in {TABLES}
        union all
        select 'options', relname, array_to_string(reloptions, ',') from pg_class
         where relnamespace = '{schema}'::regnamespace and relname in {TABLES}
        union all
        select 'grant', table_name, grantee || ' ' || privilege_type from information_schema.role_table_grants
         where table_schema = '{schema}' and table_name in {TABLES}
        order by 1, 2, 3""")


def fill(service, users=30, messages=20):
    """Some history of every kind."""
    made = []
    for number in range(users):
        user = service.client(number % len(service.apis))
        chats = [user.create(f"Chat {number}.{i}", initial_message="hello", metadata={"n": [1.10, "ü"]})["id"]
                 for i in range(7)]
        for message in range(messages):
            user.send("POST", f"{SESSIONS}/{chats[message % 7]}/messages", headers={"Idempotency-Key": f"key {message}"},
                      json_body={"message_type": "agent", "content": f"text {message}\\ \t'x'", "agent_type": "helper",
                                 "metadata": {"cost": 0.10}})
        user.expect(200, "DELETE", f"{SESSIONS}/{chats[0]}")
        user.expect(200, "PATCH", f"{SESSIONS}/{chats[1]}", json_body={"title": "Another"})
        user.chats = chats
        made.append(user)
    return made


def everything_right(service):
    """The whole read model is what the log says, and what was asked once is answered the same again."""
    ran = replay_ok(service.environment, "verify")
    assert ran.lines[-1].endswith(" 0 differ")


@pytest.fixture
def filled(deploy, log_kind):
    # Reads wait as long as it takes: what is asked here is what they show, not within which time on a busy machine.
    service = deploy(log_kind, apis=2, projectors=2, CHAT_PARTITIONS="4", CHAT_READ_WAIT="10s")
    service.users = fill(service)
    return service


def test_rebuilt_under_traffic_without_a_read_that_fails_or_goes_back(filled):
    before, shape = table_oids(filled), structure(filled)
    with Traffic(filled) as traffic:
        ran = replay_ok(filled.environment, "rebuild", "--verify", "100%")
        assert "is in place" in ran.lines[-1]
        assert not set(table_oids(filled)) & set(before), "the tables are still the old ones"
        everything_right(filled)
        again = replay_ok(filled.environment, "rebuild", "--commit-every", "50", "--memory", "16", "--parallel", "3")
        assert "is in place" in again.lines[-1]
    traffic.check()
    assert structure(filled) == shape
    assert schemas(filled) == {"public", "public_previous"}
    everything_right(filled)
    user = filled.users[3]
    retried = user.send("POST", f"{SESSIONS}/{user.chats[6]}/messages", headers={"Idempotency-Key": "key 13"},
                        json_body={"message_type": "agent", "content": "text 13\\ \t'x'", "agent_type": "helper",
                                   "metadata": {"cost": 0.10}})
    assert retried.status == 201 and retried.headers["Idempotency-Replayed"] == "true"


def test_rolled_back_and_forth_under_traffic(filled):
    replay_ok(filled.environment, "rebuild")
    rebuilt = table_oids(filled)
    with Traffic(filled) as traffic:
        ran = replay_ok(filled.environment, "rollback")
        assert "in place again" in ran.lines[-1]
        assert not set(table_oids(filled)) & set(rebuilt)
        everything_right(filled)
        replay_ok(filled.environment, "rollback")
        assert table_oids(filled) == rebuilt
        replay_ok(filled.environment, "drop")
    traffic.check()
    assert schemas(filled) == {"public"}
    everything_right(filled)
    ran = replay(filled.environment, "rollback")
    assert ran.code == 1 and "no previous read model" in ran.err
    assert replay_ok(filled.environment, "drop").lines == ["there is no previous read model"]


def loaded(service):
    """Records that an unfinished rebuild has committed; none also if it has just put its tables in place."""
    try:
        return int(psql(service.database, "select coalesce(sum(next_offset), 0) from public_rebuild.checkpoints")[0][0])
    except AssertionError:
        return 0


def test_killed_again_and_again_and_resumed(filled, tmp_path):
    size = int(psql(filled.database, "select sum(next_offset) from checkpoints")[0][0])
    stages = []
    with Traffic(filled, writers=2, pause=0.01) as traffic:
        # Killed at every stage: while it loads, wherever it is by then, and once more a little later each time.
        for kill in range(8):
            process = Process("rebuild", [BIN / "chat-replay", "rebuild", "--commit-every", "1", "--parallel", "1",
                                          "--verify", "0%"], tmp_path / f"rebuild{kill}.log", filled.environment).start()
            goal = size * (kill + 1) // 10
            wait_until(lambda: not process.running or loaded(filled) >= goal, 60, every=0.001)
            if not process.running:
                assert process.process.returncode == 0, process.tail()
                break
            process.kill()
            stages.append(loaded(filled))
        assert len(stages) > 1 and stages == sorted(stages), "what was committed is gone on with"
        ran = replay_ok(filled.environment, "rebuild", "--verify", "100%")
        assert "is in place" in ran.lines[-1]
    traffic.check()
    everything_right(filled)
    assert "public_rebuild" not in schemas(filled)


def test_interrupted_then_discarded(filled, tmp_path):
    before = table_oids(filled)
    process = Process("rebuild", [BIN / "chat-replay", "rebuild", "--commit-every", "1", "--parallel", "1"],
                      tmp_path / "rebuild.log", filled.environment).start()
    wait_until(lambda: not process.running or loaded(filled) > 0, 60)
    process.signal(signal.SIGINT)
    assert process.process.wait(30) == 1, process.tail()
    assert "public_rebuild" in schemas(filled)
    assert replay_ok(filled.environment, "rebuild", "--dry-run").lines[0].startswith("goes on with the rebuild")
    assert replay_ok(filled.environment, "discard").lines == ["the rebuild was discarded"]
    assert schemas(filled) == {"public"} and table_oids(filled) == before
    everything_right(filled)


def test_what_is_not_as_the_log_says_is_not_put_in_place(filled, tmp_path):
    before = table_oids(filled)
    process = Process("rebuild", [BIN / "chat-replay", "rebuild", "--commit-every", "1", "--parallel", "1"],
                      tmp_path / "rebuild.log", filled.environment).start()
    wait_until(lambda: not process.running or loaded(filled) > 20, 60)
    process.kill()
    psql(filled.database, "insert into public_rebuild.user_activity values ('nobody', '1999-12-31', 'primary', 7)")
    ran = replay(filled.environment, "rebuild", "--verify", "100%")
    assert ran.code == 4 and "it is not put in place" in ran.lines[-1], ran
    assert "user nobody: activity 1999-12-31 primary row is there, by the log not there" in ran.out
    assert table_oids(filled) == before
    replay_ok(filled.environment, "discard")
    everything_right(filled)


def test_a_rebuild_mends_what_was_wrong(filled):
    chat = filled.users[0].chats[2]
    psql(filled.database, f"update chat_sessions set title = 'Forged' where id = '{chat}';"
         f"delete from chat_messages where session_id = '{chat}'")
    assert replay(filled.environment, "verify").code == 4
    replay_ok(filled.environment, "rebuild")
    everything_right(filled)


def test_what_an_operator_added_to_the_tables_comes_along(filled):
    psql(filled.database, "create index of_an_operator on chat_messages (created_at) where message_type = 'user';"
         "grant select on chat_sessions to public")
    shape = structure(filled)
    assert any("of_an_operator" in row[-1] for row in shape) and ["grant", "chat_sessions", "PUBLIC SELECT"] in shape
    replay_ok(filled.environment, "rebuild")
    assert structure(filled) == shape


def test_without_projectors_and_without_apis(filled):
    filled.stop()
    replay_ok(filled.environment, "rebuild", "--verify", "100%")
    everything_right(filled)


def test_a_dry_run_changes_nothing(filled):
    ran = replay_ok(filled.environment, "rebuild", "--dry-run")
    assert "would make a read model in schema public_rebuild" in ran.lines[0]
    assert re.match(r"[\d,]+ records in 4 partitions to load", ran.lines[1])
    assert schemas(filled) == {"public"}


def test_one_at_a_time(filled, tmp_path):
    psql_holder = Process("lock", ["psql", "-X", "-d", filled.database, "-c",
                                   "select pg_advisory_lock(x'63686174'::int, x'7265626c'::int)", "-c",
                                   "select 'locked'", "-c", "select pg_sleep(60)"], tmp_path / "lock.log").start()
    wait_until(lambda: "locked" in psql_holder.output(), 20)
    ran = replay(filled.environment, "rebuild")
    psql_holder.kill()
    assert ran.code == 1 and "another chat-replay" in ran.err and schemas(filled) == {"public"}


@pytest.mark.parametrize("vacuumed", ["public", "public_previous"])
def test_a_vacuum_is_waited_for_and_nobody_waits_meanwhile(filled, tmp_path, vacuumed):
    """A lock as vacuum and analyze have it, which do not end for who gives up within a second."""
    if vacuumed == "public_previous":
        replay_ok(filled.environment, "rebuild")
        psql(filled.database, "drop table public_previous.user_activity")  # as of a version that had none
    vacuum = Process("vacuum", ["psql", "-X", "-d", filled.database, "-c", "begin", "-c",
                                f"lock table {vacuumed}.chat_messages in share update exclusive mode", "-c",
                                "select 'vacuuming'", "-c", "select pg_sleep(6)", "-c", "commit"],
                     tmp_path / "vacuum.log").start()
    wait_until(lambda: "vacuuming" in vacuum.output(), 20)
    with Traffic(filled, writers=2, pause=0.01) as traffic:
        ran = replay_ok(filled.environment, "rebuild")
        assert "is in place" in ran.lines[-1] and "trying again" not in ran.err, ran
    traffic.check()
    assert vacuum.process.wait(30) == 0, "it was not disturbed"


def test_a_bar_on_a_terminal_and_lines_elsewhere(filled):
    assert "\r" not in replay_ok(filled.environment, "rebuild").err
    ours, theirs = pty.openpty()
    done = subprocess.Popen([BIN / "chat-replay", "rebuild"], stdout=subprocess.PIPE, stderr=theirs,
                            env={**clean_environment(), **filled.environment})
    os.close(theirs)
    shown = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:
            break
        if not piece:
            break
        shown += piece
    assert done.wait(60) == 0
    os.close(ours)
    assert re.search(rb"\r\x1b\[Kloading  \[#{24}\] 100%  [\d,]+ of [\d,]+ records, [\d,]+/s", shown), shown
