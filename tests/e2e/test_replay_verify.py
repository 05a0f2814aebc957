"""chat-replay verify finds what is not as the log says, and repair mends it."""
import threading

import pytest

from harness.client import SESSIONS
from harness.postgres import psql
from harness.replay import replay, replay_ok
from harness.waiting import wait_until


@pytest.fixture
def projected(deploy, log_kind):
    """A service of its own with some users' histories, all of them projected."""
    service = deploy(log_kind, apis=1, CHAT_PARTITIONS="3")
    users = [service.client() for _ in range(6)]
    for number, user in enumerate(users):
        session = user.create(f"Chat {number}", initial_message="hello", metadata={"n": 1.10, "a": [1, {"b": "ü"}]})["id"]
        for message in range(5):
            user.add(session, f"message {message}", "agent", metadata={"cost": 0.10, "big": 12345678901234567890})
        user.send("POST", f"{SESSIONS}/{session}/messages", json_body={"message_type": "user", "content": "keyed"},
                  headers={"Idempotency-Key": f"key {number}"})
        other = user.create("To be deleted")["id"]
        user.expect(200, "DELETE", f"{SESSIONS}/{other}")
        user.chat = session
        user.version = int(user.expect(200, "GET", SESSIONS).version)
    for user in users:
        wait_until(lambda: psql(service.database, "select version from user_streams where user_id = '" + user.user + "'")
                   == [[str(user.version)]], 30, "the projector")
    return service, users


def test_what_was_projected_is_what_the_log_says(projected):
    service, users = projected
    ran = replay_ok(service.environment, "verify")
    assert ran.lines[-1].endswith(" users compared, 0 differ")
    assert int(ran.lines[-1].split()[0]) >= len(users)
    # A memory bound that nothing fits in: as many passes as it takes, and the same result.
    assert replay_ok(service.environment, "verify", "--user", users[0].user).lines == ["1 user compared, 0 differ"]


PLANTED = [
    ("update chat_sessions set title = 'Forged' where id = '{chat}'", "title is Forged, by the log Chat "),
    ("update chat_messages set content = 'forged' where session_id = '{chat}' and sequence = 3",
     "message 3 content is forged, by the log message 1"),
    ("update chat_messages set metadata = '{{\"cost\": 0.1}}' where session_id = '{chat}' and sequence = 3",
     "message 3 metadata is "),
    ("delete from chat_messages where session_id = '{chat}' and sequence = 4", "message 4 row is missing, by the log there"),
    ("update chat_sessions set message_count = 99 where id = '{chat}'", "message_count is 99, by the log 7"),
    ("update chat_sessions set deleted_at = null where user_id = '{user}' and id <> '{chat}'", "deleted_at is nothing"),
    ("update user_streams set version = version - 1 where user_id = '{user}'", "stream version is "),
    ("delete from command_answers where user_id = '{user}'", "row is missing"),
    ("update command_answers set title = 'Forged' where user_id = '{user}'", "title is Forged"),
    ("delete from user_streams where user_id = '{user}'", "stream row is missing"),
    ("update user_activity set messages = 99 where user_id = '{user}'", " primary messages is 99, by the log "),
    ("delete from user_activity where user_id = '{user}'", " primary row is missing, by the log there"),
    ("insert into user_activity values ('{user}', '1999-12-31', 'log_analysis', 1)",
     "activity 1999-12-31 log_analysis row is there, by the log not there"),
]


def test_planted_differences_are_named_and_repaired(projected):
    service, users = projected
    for number, (sql, said) in enumerate(PLANTED):
        user = users[number % len(users)]
        psql(service.database, sql.format(chat=user.chat, user=user.user))
        one = replay(service.environment, "verify", "--user", user.user)
        assert one.code == 4 and said in one.out, (sql, one)
        every = replay(service.environment, "verify")
        assert every.code == 4 and every.lines[-1].endswith(" 1 differ"), (sql, every)
        assert all(line.startswith(f"user {user.user}") for line in every.lines[:-1])
        mended = replay_ok(service.environment, "repair", "--user", user.user)
        assert said in mended.out
        replay_ok(service.environment, "verify")


def test_a_user_whom_nobody_knows_is_told(projected):
    service, _ = projected
    told = "neither the log nor the read model knows user nobody"
    assert replay_ok(service.environment, "verify", "--user", "nobody").lines[0] == told
    assert replay_ok(service.environment, "repair", "--user", "nobody").lines == [told]
    both = replay(service.environment, "verify", "--user", "nobody", "--sample", "5%")
    assert both.code == 2 and "--user and --sample exclude each other" in both.err


def test_a_user_that_the_log_does_not_know_is_found(projected):
    service, _ = projected
    psql(service.database, "insert into user_streams (user_id, version, last_time) values ('stranger', 3, now());"
         "insert into chat_sessions (id, user_id, title, agent_type, created_at, last_message_at, is_active)"
         " values (gen_random_uuid(), 'lost', 'x', 'primary', now(), now(), true);"
         "insert into user_activity values ('idle', '2026-01-31', 'primary', 1);"
         "insert into command_answers select 'answered', command_key, fingerprint, sequence, now(), session_id, message_id,"
         " title, message_count, last_message_at, is_active, is_deleted from command_answers limit 1")
    ran = replay(service.environment, "verify")
    assert ran.code == 4 and ran.lines[-1].endswith(" 4 differ"), ran
    assert "user stranger: stream row is there, by the log not there" in ran.out
    assert "user lost session " in ran.out
    assert "user idle: activity 2026-01-31 primary row is there, by the log not there" in ran.out
    assert "user answered: answer to " in ran.out
    for user in ("stranger", "lost", "idle", "answered"):
        replay_ok(service.environment, "repair", "--user", user)
    replay_ok(service.environment, "verify")


def damaged(user):
    read = user.expect(200, "GET", SESSIONS)
    return read.headers.get("Chat-History") == "damaged"


WRONG_HEADS = [
    "quarantined_at = 0, quarantine_reason = 'by mistake'",
    "last_event_id = gen_random_uuid()",
    "version = version - 2",
]


@pytest.mark.parametrize("wrong, mend", [(wrong, "repair") for wrong in WRONG_HEADS] + [(WRONG_HEADS[0], "rebuild")])
def test_a_mended_user_goes_on_everywhere_without_a_restart(deploy, log_kind, wrong, mend):
    service = deploy(log_kind, apis=2, CHAT_PARTITIONS="1")
    user, bystander = service.client(), service.client()
    chat = user.create("Chat", initial_message="hello")["id"]
    other = bystander.create("Of somebody else")["id"]
    user.expect(200, "GET", SESSIONS)
    projector = service.projectors[0]
    projector.stop()
    psql(service.database, f"update user_streams set {wrong} where user_id = '{user.user}'")
    projector.start_ready()
    # The first node knows the user by heart, so the command is taken; the projector judges it by the wrong head.
    user.add(chat, "held")
    wait_until(lambda: damaged(user), 30, "the projector to meet the wrong head")
    bystander.add(other, "goes on")
    elsewhere = user.at(service.apis[1].port)
    refused = elsewhere.send("POST", f"{SESSIONS}/{chat}/messages", json_body={"message_type": "user", "content": "no"})
    assert refused.status == 503 and refused.json["type"] == "/problems/history-damaged"

    if mend == "repair":
        assert "differences mended" in replay_ok(service.environment, "repair", "--user", user.user).out
    else:
        replay_ok(service.environment, "rebuild")
    for client in (user, elsewhere, user, elsewhere):
        client.add(chat, "goes on")
        assert [message["content"] for message in client.messages(chat)][:2] == ["hello", "held"]
    bystander.add(other, "goes on")
    assert not damaged(user)
    assert len(elsewhere.messages(chat)) == 6 and len(bystander.messages(other)) == 2
    assert replay_ok(service.environment, "verify").lines[-1].endswith(" 0 differ")


def test_what_a_node_had_read_before_a_repair_is_not_shown_after_it(projected):
    service, users = projected
    user = users[0]
    psql(service.database, f"update chat_sessions set title = 'Forged' where id = '{user.chat}'")
    user.expect(200, "PATCH", f"{SESSIONS}/{user.create('x')['id']}", json_body={"title": "y"})  # forgets kept answers
    titles = lambda: {session["title"] for session in user.sessions()}  # noqa: E731
    assert "Forged" in titles() and "Forged" in titles()
    replay_ok(service.environment, "repair", "--user", user.user)
    wait_until(lambda: "Forged" not in titles(), 5, "the answer that was kept to be dropped")
    # What commands decide on is read again too.
    assert user.expect(200, "PATCH", f"{SESSIONS}/{user.chat}", json_body={}).json["title"] == "Chat 0"


def test_verify_and_repair_while_traffic_goes_on(projected):
    service, users = projected
    done = threading.Event()
    failures = []

    def write(user):
        mine = user.at(user.port)
        while not done.is_set():
            try:
                mine.add(user.chat, "more")
                mine.create("another")
            except Exception as error:  # noqa: BLE001
                failures.append(error)
                return

    threads = [threading.Thread(target=write, args=(user,)) for user in users[:3]]
    for thread in threads:
        thread.start()
    try:
        for _ in range(5):
            replay_ok(service.environment, "verify")
        psql(service.database, f"update chat_sessions set title = 'Forged' where id = '{users[5].chat}'")
        assert replay(service.environment, "verify").code == 4
        replay_ok(service.environment, "repair", "--user", users[5].user)
        # Someone who is writing meanwhile.
        psql(service.database, f"update chat_messages set content = 'x' where session_id = '{users[0].chat}' and sequence = 3")
        replay_ok(service.environment, "repair", "--user", users[0].user)
        replay_ok(service.environment, "verify")
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert not failures


def test_a_sample_is_a_part_of_the_users(projected):
    service, _ = projected
    everyone = int(replay_ok(service.environment, "verify").lines[-1].split()[0])
    none = replay_ok(service.environment, "verify", "--sample", "0%").lines[-1]
    some = int(replay_ok(service.environment, "verify", "--sample", "50%").lines[-1].split()[0])
    assert none == "0 users compared, 0 differ" and some < everyone


def test_a_read_model_of_another_log_is_told(projected):
    service, _ = projected
    psql(service.database, "update checkpoints set last_event_id = gen_random_uuid() where next_offset > 0")
    ran = replay(service.environment, "verify")
    assert ran.code == 4 and "it was made of another log" in ran.out
