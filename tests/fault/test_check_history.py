"""The check of histories can fail: each kind of lie, planted into an honest history, is found, and named."""
import copy
import json
import uuid
from dataclasses import replace

import pytest

from harness.kafka_reader import Record
from rig.check_history import check_history
from rig.history import Operation

TYPES = {"create": "session.created", "rename": "session.renamed", "delete": "session.deleted", "restore": "session.restored",
         "add": "message.added"}
MS = 1_000_000


class Story:
    """One user's honest history, one operation after another, 10 ms each."""

    def __init__(self):
        self.operations, self.records, self.now = [], [], 0
        self.previous = None

    def operation(self, kind, lasts=5, **more):
        begin = self.now
        self.now += 10 * MS
        operation = Operation(**{"client": "c", "user": "u", "node": "api0#1", "kind": kind, "begin_ns": begin,
                                 "end_ns": begin + lasts * MS, "outcome": "accepted", "status": 200, **more})
        self.operations.append(operation)
        return operation

    def record(self, kind, key, session, sequence=None, **data):
        sequence = sequence or len(self.records) + 1
        headers = {"ce_id": str(uuid.uuid4()), "ce_sequence": str(sequence), "ce_type": f"chat.{TYPES[kind]}.v1",
                   "ce_commandid": key, "ce_time": f"2026-01-31T09:00:{len(self.records):02}.000000Z"}
        if self.previous:
            headers["ce_previous"] = self.previous
        self.previous = headers["ce_id"]
        self.records.append(Record(0, len(self.records), "u", json.dumps({"session_id": session, **data}).encode(), headers))
        return sequence

    def command(self, kind, session, message=None, **body):
        key = f"k{len(self.records)}"
        data = dict(body)
        if message:
            data["message_id"] = message
        sequence = self.record(kind, key, session, **data)
        return self.operation(kind, key=key, body=body, session=session, message=message, sequence=sequence)

    def check(self, model=None):
        return check_history(self.operations, self.records, model).violations


@pytest.fixture
def story():
    """Two sessions, three messages, a rename, a deletion, and reads of them all."""
    told = Story()
    told.command("create", "s1", title="one", agent_type="primary")
    told.command("add", "s1", "m1", content="a")
    told.command("create", "s2", title="two", agent_type="primary")
    told.command("add", "s1", "m2", content="b")
    told.operation("messages", session="s1", sequence=4, messages=["m1", "m2"])
    told.command("rename", "s1", title="uno")
    told.operation("list", sequence=5, sessions=[["s1", "uno", 2, True], ["s2", "two", 0, True]])  # s1 had the last message
    told.command("delete", "s2")
    told.operation("get", session="s2", sequence=6, outcome="refused", status=404, type="/problems/no-such-session")
    told.command("add", "s1", "m3", content="c")
    told.operation("get", session="s1", sequence=7, sessions=[["s1", "uno", 3, True]], messages=["m1", "m2", "m3"])
    told.operation("rename", key="idle", session="s1", outcome="unchanged", sequence=7)
    told.operation("add", key="late", session="s2", outcome="refused", status=404)
    return told


MODEL = ({"s1": ("u", "uno", 3, True, False), "s2": ("u", "two", 0, False, True)}, {"s1": ["m1", "m2", "m3"]}, {"u": 7}, [])


def test_an_honest_history_is_right(story):
    assert story.check(MODEL) == []


def test_honest_failures_are_right(story):
    first = story.operation("add", key="again", session="s1", outcome="unknown", status=503, body={"content": "d"})
    story.operation("add", key="again", session="s1", outcome="unavailable", status=503, body={"content": "d"})
    sequence = story.record("add", "again", "s1", message_id="m4", content="d")
    answer = {"session": "s1", "message": "m4", "sequence": sequence, "body": first.body}
    story.operation("add", key="again", replayed=True, **answer)
    story.operation("add", key="again", replayed=True, node="api1#1", client="c", **answer)
    story.operation("add", key="never", session="s1", outcome="unknown", status=0)
    story.operation("add", key="down", session="s1", outcome="unavailable", status=503)
    story.operation("messages", session="s1", sequence=7, messages=["m1", "m2", "m3"], lasts=1001)  # past the bound
    verdict = check_history(story.operations, story.records)
    assert verdict.violations == []
    assert (verdict.never_known, verdict.late_reads, verdict.unknown_answers) == (1, 1, 2)


def test_a_retry_of_what_found_nothing_to_do_is_told_what_is_so_by_then(story):
    story.operation("restore", key="nothing", session="s1", sequence=7)
    story.command("add", "s1", "m4", content="d")
    story.operation("restore", key="nothing", session="s1", sequence=8)
    story.command("delete", "s1")
    sequence = story.record("restore", "nothing", "s1")
    story.operation("restore", key="nothing", session="s1", sequence=sequence)
    story.operation("restore", key="nothing", session="s1", sequence=sequence, replayed=True)
    assert story.check() == []


def first(story, **fields):
    return next(operation for operation in story.operations
                if all(getattr(operation, name) == value for name, value in fields.items()))


def cut_off(story):
    """The log lost its last record, which had been acknowledged."""
    story.records.pop()
    del story.operations[-3]


def done_twice(story):
    story.record("add", "k6", "s1", message_id="m4", content="c")


def refused_but_stored(story):
    story.operation("add", key="no", session="s1", outcome="refused", status=404)
    story.record("add", "no", "s1", message_id="m4", content="d")


def unavailable_but_stored(story):
    story.operation("add", key="no", session="s1", outcome="unavailable", status=503)
    story.record("add", "no", "s1", message_id="m4", content="d")


def nobody_asked(story):
    story.record("add", "whose", "s1", message_id="m4", content="d")


def other_content(story):
    first(story, message="m1").body["content"] = "not a"


def other_session(story):
    first(story, message="m1").session = "s2"


def a_gap(story):
    story.record("add", "k9", "s1", sequence=9, message_id="m4", content="d")


def another_previous(story):
    story.records[3].headers["ce_previous"] = str(uuid.uuid4())


def another_partition(story):
    story.records.append(replace(story.records[-1], partition=3))


def reordered(story):
    """The second message was begun after the first was acknowledged, and stands before it."""
    one, two = first(story, message="m1"), first(story, message="m2")
    one.begin_ns, one.end_ns, two.begin_ns, two.end_ns = two.begin_ns, two.end_ns, one.begin_ns, one.end_ns


def a_retry_with_another_answer(story):
    told = first(story, message="m2")
    story.operations.append(replace(told, message="m9", replayed=True, begin_ns=story.now, end_ns=story.now + MS))


def a_retry_at_another_place(story):
    told = first(story, message="m2")
    story.operations.append(replace(told, sequence=5, replayed=True, begin_ns=story.now, end_ns=story.now + MS))


def a_retry_done_anew(story):
    told = first(story, message="m2")
    story.operations.append(replace(told, begin_ns=story.now, end_ns=story.now + MS))


def wrong_sequence_told(story):
    first(story, message="m3").sequence = 6


def nothing_to_do_in_the_past(story):
    first(story, key="idle").sequence = 5


def a_refusal_that_was_wrong(story):
    first(story, key="late").session = "s1"


def the_read_went_back(story):
    story.operation("messages", session="s1", sequence=4, messages=["m1", "m2"], lasts=1001)


def the_roaming_read_went_back(story):
    story.operation("messages", session="s1", sequence=7, least=7, messages=["m1", "m2", "m3"], client="r", node="api1#1")
    story.operation("messages", session="s1", sequence=4, least=7, messages=["m1", "m2"], client="r", node="api0#1", lasts=1001)


def an_acknowledged_write_not_shown(story):
    story.operation("messages", session="s1", sequence=4, messages=["m1", "m2"], client="other")


def not_the_version_asked_for(story):
    story.operation("messages", session="s1", sequence=4, least=7, messages=["m1", "m2"], client="other", node="api1#1")


def a_message_missing(story):
    first(story, kind="messages").messages = ["m1"]


def messages_in_another_order(story):
    first(story, kind="messages").messages = ["m2", "m1"]


def another_title(story):
    first(story, kind="list").sessions[0][1] = "one"


def another_count(story):
    first(story, kind="get", status=200).sessions[0][2] = 2


def sessions_in_another_order(story):
    first(story, kind="list").sessions.reverse()


def decided_on_a_state_without_the_session(story):
    story.record("add", "k", "s9", message_id="m4", content="d")


def decided_before_the_deletion(story):
    story.record("rename", "k", "s2", title="zwei")


def decided_before_the_restoration(story):
    story.record("restore", "k", "s1")


def decided_without_the_rule_of_five(story):
    for number in range(3, 8):
        story.command("create", f"s{number}", title="more", agent_type="primary")


def another_made_inactive(story):
    for number in range(3, 7):
        story.command("create", f"s{number}", title="more", agent_type="primary")
    story.command("create", "s7", title="more", agent_type="primary", deactivated="s4")


def time_goes_back(story):
    story.records[-1].headers["ce_time"] = "2026-01-31T08:00:00.000000Z"


def a_session_missing(story):
    first(story, kind="list").sessions.pop()


def a_session_of_nobody(story):
    first(story, kind="list").sessions.append(["s9", "nine", 0, True])


def a_deleted_session_shown(story):
    story.operation("get", session="s2", sequence=7, sessions=[["s2", "two", 0, False]], messages=[])


def gone_though_it_is_there(story):
    story.operation("get", session="s1", sequence=7, outcome="refused", status=404)


def a_version_from_the_future(story):
    story.operation("messages", session="s1", sequence=8, messages=["m1", "m2", "m3"])


def a_failure_of_the_service(story):
    story.operation("messages", session="s1", outcome="unknown", status=500, type="/problems/internal-error")


def nothing_to_do_though_it_was_deleted(story):
    story.operation("restore", key="nothing", session="s1", sequence=7)
    story.command("delete", "s1")
    story.operation("restore", key="nothing", session="s1", sequence=8)


def a_failed_command(story):
    story.operation("add", key="boom", session="s1", outcome="unknown", status=500, type="/problems/internal-error")


PLANTED = {
    cut_off: "is not in the stream", done_twice: "in the stream twice", refused_but_stored: "was told ['refused']",
    unavailable_but_stored: "was told ['unavailable']", nobody_asked: "asked for by no client", other_content: "another content",
    other_session: "not what was asked for", a_gap: "does not follow", another_previous: "does not follow",
    another_partition: "has records in partition", reordered: "was begun after", a_retry_with_another_answer: "a retry was told",
    a_retry_at_another_place: "a retry was told", a_retry_done_anew: "a retry was done anew",
    wrong_sequence_told: "was acknowledged as 6", nothing_to_do_in_the_past: "found nothing to do at 5",
    a_refusal_that_was_wrong: "answered 404, but", the_read_went_back: "shows 4 after a read",
    the_roaming_read_went_back: "shows 4 after a read", an_acknowledged_write_not_shown: "shows 4, though 7",
    not_the_version_asked_for: "shows 4, though 7", a_message_missing: "shows messages", messages_in_another_order: "shows messages",
    another_title: "shows ['s1', 'one'", another_count: "shows ['s1', 'uno', 2", a_session_missing: "shows the sessions ['s1'], not",
    sessions_in_another_order: "shows the sessions ['s2', 's1'], not",
    decided_on_a_state_without_the_session: "the session is not there", decided_before_the_deletion: "the session was deleted",
    decided_before_the_restoration: "the session was active", decided_without_the_rule_of_five: "made None inactive, not s1",
    another_made_inactive: "made s4 inactive, not s1", time_goes_back: "is earlier than the one before",
    
    a_session_of_nobody: "shows ['s9'", a_deleted_session_shown: "which is not there", gone_though_it_is_there: "which is there",
    a_version_from_the_future: "shows version 8", a_failure_of_the_service: "answered 500", a_failed_command: "answered 500",
    nothing_to_do_though_it_was_deleted: "was acknowledged as 8 and is not in the stream",
}


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_a_planted_lie_is_found(story, plant):
    plant(story)
    violations = story.check()
    assert any(PLANTED[plant] in violation for violation in violations), violations


@pytest.mark.parametrize("damage, named", [
    (lambda model: model[0].pop("s2"), "the row of session s2 is None"),
    (lambda model: model[0].update(s1=("u", "uno", 4, True, False)), "the row of session s1"),
    (lambda model: model[0].update(s9=("u", "nine", 0, True, False)), "in no stream"),
    (lambda model: model[1]["s1"].pop(), "the rows of session s1's messages"),
    (lambda model: model[2].update(u=6), "the read model is at 6"),
    (lambda model: model[3].append(["u", "a gap"]), "is quarantined"),
], ids=["row_missing", "counted_twice", "row_of_nobody", "message_missing", "behind", "quarantined"])
def test_a_wrong_row_is_found(story, damage, named):
    model = copy.deepcopy(MODEL)
    damage(model)
    violations = story.check(model)
    assert any(named in violation for violation in violations), violations
