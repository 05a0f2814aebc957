"""What a healthy log never shows: it is seen, named in log, metrics and /readyz, and hurts as few as possible."""
import signal
import time
import uuid
from dataclasses import replace

import pytest

from harness.client import SESSIONS, Client
from harness.postgres import psql
from harness.replay import replay, replay_ok
from harness.surgery import surgery_on
from harness.waiting import wait_until

PARTITIONS = 3
PATIENCE = 30


class Chats:
    """A service with users whose chats are in the read model, and hands on its log."""

    def __init__(self, deployment):
        self.service = deployment
        self.api, self.projector = deployment.apis[0], deployment.projectors[0]
        self.log = surgery_on(deployment, PARTITIONS)
        users = [deployment.client() for _ in range(30)]  # three partitions, and each has some
        for user in users:
            user.chat = user.create("before", initial_message="hello")["id"]
            user.add(user.chat, "a message")
        for message in range(2):  # the last ones of the log: what a cut loses
            users[0].add(users[0].chat, f"to be lost {message}")
        for user in users:
            user.version = int(user.expect(200, "GET", SESSIONS).version)
            assert user.version == (4 if user is users[0] else 2)
        homes = {record.key: record.partition for record in self.log.records()}
        self.victim = users[0]
        self.partition = homes[self.victim.user]
        self.cohabitant = next(user for user in users[1:] if homes[user.user] == self.partition)
        self.neighbour = next(user for user in users[1:] if homes[user.user] != self.partition)

    def of_victim(self):
        return [record for record in self.log.records() if record.key == self.victim.user]

    def ready(self, node):
        return Client(node.port, timeout=10).send("GET", "/readyz")

    def metric(self, node, name):
        text = Client(node.port, timeout=10).send("GET", "/metrics").body.decode()
        return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line.startswith(name))

    def wait_told(self, node, status, words, metric, line):
        """/readyz answers so and says so, the metric counts, the log has the line."""
        def told():
            answer = self.ready(node)
            return (answer.status == status and all(word in answer.body.decode() for word in words)
                    and self.metric(node, metric) >= 1 and line in node.log.read_text())
        wait_until(told, PATIENCE, f"{node.name} to tell {words}; it says {self.ready(node)!r}")

    def wait_cut(self):
        """Both programs tell that the victim's partition is not the one that they knew."""
        where = f"partition {self.partition}: "
        self.wait_told(self.api, 200, ['"status":"damaged"', where, "the log was cut"], "chat_log_cuts_total", "THE LOG WAS CUT")
        self.wait_told(self.projector, 503, [where], "chat_log_cuts_total", "THE LOG WAS CUT")
        assert self.metric(self.projector, "chat_projection_partitions_cut") >= 1

    def add(self, user):
        return user.send("POST", f"{SESSIONS}/{user.chat}/messages", json_body={"message_type": "user", "content": "more"})

    def assert_served(self, user):
        added = wait_until(lambda: (answer := self.add(user)).status == 201 and answer, PATIENCE, f"{user.user} to be served")
        seen = {"Chat-Version": added.version}
        wait_until(lambda: user.expect(200, "GET", SESSIONS, headers=seen).version == added.version, PATIENCE,
                   "the message to be projected")

    def assert_closed(self, user):
        """Commands are refused and leave nothing in the log; reads answer with what there was."""
        before = len(self.log.records())
        for _ in range(3):
            answer = self.add(user)
            assert answer.status == 503 and answer.headers["Retry-After"], answer
        assert len(self.log.records()) == before
        read = user.expect(200, "GET", f"{SESSIONS}/{user.chat}")
        assert int(read.version) == user.version == len(read.json["messages"])


@pytest.fixture
def chats(deploy, log_kind):
    return Chats(deploy(log_kind, apis=1, CHAT_PARTITIONS=str(PARTITIONS), CHAT_READ_WAIT="300ms"))


def cut(chats, records):
    """The log as it was before the victim's last two messages."""
    gone = {record.headers["ce_id"] for record in chats.of_victim()[-2:]}
    first = min(i for i, record in enumerate(records) if record.headers["ce_id"] in gone)
    kept = records[:first]
    return kept + [record for record in records[first:] if record.partition != chats.partition]


def test_a_log_that_was_cut(chats):
    whole = chats.log.records()
    chats.log.rewrite(cut(chats, whole))
    chats.wait_cut()
    chats.assert_closed(chats.victim)
    chats.assert_served(chats.neighbour)
    # The right log is put back: everybody goes on, and nobody needs to be started again.
    whole += [record for record in chats.log.records() if record.partition != chats.partition
              and record.headers["ce_id"] not in {known.headers["ce_id"] for known in whole}]
    chats.log.rewrite(whole)
    for user in (chats.victim, chats.cohabitant, chats.neighbour):
        chats.assert_served(user)
    wait_until(lambda: chats.ready(chats.api).json == {"status": "ready"}, PATIENCE, "the API to be well")
    wait_until(lambda: chats.ready(chats.projector).status == 200, PATIENCE, "the projector to be ready")


def test_an_operator_goes_on_with_a_log_that_was_cut(chats):
    chats.log.rewrite(cut(chats, chats.log.records()))
    chats.wait_cut()
    looked = replay(chats.service.environment, "accept", "--dry-run")
    assert looked.code == 4, looked
    assert f"  user {chats.victim.user}: the read model has 4 events, the log has 2 of them" in looked.lines
    assert looked.lines[-1] == "1 partition to accept, 1 user with lost events"
    chats.assert_closed(chats.victim)

    assert replay_ok(chats.service.environment, "accept").lines[-1].startswith("1 partition accepted, 1 user with lost events")
    for user in (chats.cohabitant, chats.neighbour):
        chats.assert_served(user)
    chats.assert_closed(chats.victim)
    shown = chats.victim.expect(200, "GET", f"{SESSIONS}/{chats.victim.chat}")
    assert shown.headers["Chat-History"] == "damaged" and len(shown.json["messages"]) == 4, "nobody decided to give it up"
    assert b"history-damaged" in chats.add(chats.victim).body
    wait_until(lambda: chats.ready(chats.projector).status == 200, PATIENCE, "the projector to go on")
    assert "1 user's history is damaged" in chats.ready(chats.api).body.decode()
    assert replay_ok(chats.service.environment, "accept").lines == [
        "the read model is of this log: there is nothing to accept"]

    given_up = replay_ok(chats.service.environment, "repair", "--user", chats.victim.user)
    assert "message 4 row is there, by the log not there" in given_up.out, given_up.out
    chats.assert_served(chats.victim)
    left = chats.victim.expect(200, "GET", f"{SESSIONS}/{chats.victim.chat}")
    assert [message["content"] for message in left.json["messages"]] == ["hello", "a message", "more"]
    assert left.headers["Chat-History"] is None
    wait_until(lambda: chats.ready(chats.api).json == {"status": "ready"}, PATIENCE, "the API to be well")
    assert replay_ok(chats.service.environment, "verify").lines[-1].endswith(" 0 differ")


def test_an_operator_gives_up_all_that_a_new_log_lacks(chats):
    chats.log.rewrite([])
    chats.wait_cut()
    done = replay_ok(chats.service.environment, "accept", "--give-up-lost")
    assert done.lines[-1].endswith(" with lost events, given up")
    for user in (chats.victim, chats.cohabitant, chats.neighbour):
        wait_until(lambda user=user: user.send("GET", f"{SESSIONS}/{user.chat}").status == 404, PATIENCE, "the chats to be gone")
        user.chat = wait_until(lambda user=user: (made := user.send("POST", SESSIONS, json_body={
            "title": "anew", "agent_type": "primary"})).status == 201 and made.json["id"], PATIENCE, "a new beginning")
        chats.assert_served(user)
    assert replay_ok(chats.service.environment, "verify").lines[-1].endswith(" 0 differ")


def test_a_log_that_was_cut_and_has_grown_past_its_readers_while_they_slept(chats):
    asleep = (chats.api, chats.projector)
    for node in asleep:
        node.signal(signal.SIGSTOP)
    slept_until = time.monotonic() + 4  # longer than a projector needs to know that it slept
    records = cut(chats, chats.log.records())
    other = next(record for record in records if record.key == chats.cohabitant.user)
    foreign_history = [replace(other, key=f"stranger-{n}", headers={
        **other.headers, "ce_id": str(uuid.uuid4()), "ce_subject": f"stranger-{n}"}) for n in range(40)]
    chats.log.rewrite(records + foreign_history)
    wait_until(lambda: time.monotonic() > slept_until, 10)
    for node in asleep:
        node.signal(signal.SIGCONT)
    assert chats.add(chats.victim).status == 503, "the first one after the sleep is not decided on what was known"
    chats.wait_cut()
    chats.assert_closed(chats.victim)
    chats.assert_served(chats.neighbour)


def test_events_that_a_cut_took_before_they_were_projected(chats):
    """Only the node that acknowledged them can miss them, and says so to all others."""
    chats.projector.stop()
    for _ in range(2):
        assert chats.add(chats.victim).status == 201
    assert chats.add(chats.cohabitant).status == 201
    gone = {record.headers["ce_id"] for record in chats.of_victim()[-2:]}
    chats.log.rewrite([record for record in chats.log.records() if record.headers["ce_id"] not in gone])
    chats.wait_told(chats.api, 200, ["1 user's history is damaged"], "chat_streams_lost_total",
                    f"user {chats.victim.user}: quarantined: 6 events were acknowledged")
    chats.assert_closed(chats.victim)
    assert b"history-damaged" in chats.add(chats.victim).body
    chats.projector.start_ready()
    chats.assert_served(chats.cohabitant)
    chats.assert_served(chats.neighbour)
    chats.assert_closed(chats.victim)
    shown = chats.victim.expect(200, "GET", f"{SESSIONS}/{chats.victim.chat}")
    assert shown.headers["Chat-History"] == "damaged"
    assert replay(chats.service.environment, "verify").code == 4

    replay_ok(chats.service.environment, "repair", "--user", chats.victim.user)
    chats.assert_served(chats.victim)
    assert chats.victim.expect(200, "GET", SESSIONS).headers["Chat-History"] is None
    wait_until(lambda: chats.ready(chats.api).json == {"status": "ready"}, PATIENCE, "the API to be well")
    assert replay_ok(chats.service.environment, "verify").lines[-1].endswith(" 0 differ")


def test_a_log_that_was_made_anew(chats):
    chats.log.rewrite([])
    chats.wait_cut()
    for user in (chats.victim, chats.cohabitant, chats.neighbour):
        assert chats.add(user).status == 503
        chats.assert_closed(user)


def test_a_read_model_of_another_log(chats, deploy, log_kind):
    other = Chats(deploy(log_kind, apis=1, CHAT_PARTITIONS=str(PARTITIONS)))
    theirs = other.log.records()
    chats.service.stop()
    chats.log.rewrite(theirs)
    chats.projector.start()
    chats.api.start_ready()
    chats.victim.close()
    assert chats.add(chats.victim).status == 503
    chats.wait_cut()
    chats.assert_closed(chats.victim)


def test_a_gap_in_a_stream(chats):
    last = chats.of_victim()[-1]
    beyond = {**last.headers, "ce_id": str(uuid.uuid4()), "ce_sequence": str(chats.victim.version + 2),
              "ce_previous": str(uuid.uuid4())}
    chats.log.append(replace(last, headers=beyond))
    wait_until(lambda: chats.victim.expect(200, "GET", SESSIONS).headers["Chat-History"] == "damaged", PATIENCE,
               "reads to tell")
    answer = wait_until(lambda: (sent := chats.add(chats.victim)).status == 503 and b"history-damaged" in sent.body and sent,
                        PATIENCE, "the victim's commands to be refused")
    assert answer.json["type"] == "/problems/history-damaged"
    chats.assert_closed(chats.victim)
    chats.assert_served(chats.cohabitant)
    chats.assert_served(chats.neighbour)
    histories = ["1 user's history is damaged"]
    assert chats.ready(chats.api).json == {"status": "damaged", "damage": ["1 user's history is damaged (quarantined)"]}
    chats.wait_told(chats.projector, 200, histories, "chat_streams_quarantined_total", f"user {chats.victim.user}: quarantined")
    assert chats.victim.user not in chats.ready(chats.api).body.decode(), "needs no token, so it names no user"
    [[reason]] = psql(chats.service.database, "select quarantine_reason from user_streams where user_id = "
                      f"'{chats.victim.user}' and quarantined_at is not null")
    assert reason


def test_a_record_that_is_no_event_of_ours(chats):
    strange = replace(chats.of_victim()[-1], headers={}, value=b"what is this?")
    chats.log.append(strange)
    for user in (chats.victim, chats.cohabitant, chats.neighbour):
        chats.assert_served(user)
    for node in (chats.api, chats.projector):
        chats.wait_told(node, 200, ["1 record of the log is no event of ours"], "chat_records_foreign_total",
                        "is no event of ours, skipped")


def test_a_version_of_a_log_that_was_lost_is_told_and_not_waited_for(deploy, log_kind):
    user = deploy(log_kind, apis=1, CHAT_READ_WAIT="60s").client()
    user.timeout = 20
    user.create("one")
    answer = user.expect(200, "GET", SESSIONS, headers={"Chat-Version": "1000"})
    assert answer.version == "1" and len(answer.json) == 1
