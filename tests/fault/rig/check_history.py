"""Whether what clients were told agrees with what the log holds, and the read model with both. One function, check_history;
everything it finds is a sentence about one user and one thing."""
import bisect
from collections import defaultdict
from dataclasses import dataclass, field, replace

from rig.fold import Chats, streams_of
from rig.history import Operation

READ_WAIT_NS = 1_000_000_000  # CHAT_READ_WAIT: past it a read may show less than what was asked for
MEASURED = 0.97  # of it: the client's clock runs before and after the server's, timers may be early by a bit


@dataclass
class Verdict:
    violations: list = field(default_factory=list)
    commands: int = 0
    acknowledged: int = 0
    unknown_answers: int = 0
    never_known: int = 0
    lost: int = 0
    duplicated: int = 0
    void: int = 0
    reads: int = 0
    late_reads: int = 0
    conflicts: int = 0

    def wrong(self, text):
        self.violations.append(text)


def check_history(operations, records, model=None, others=frozenset(), read_wait_ns=READ_WAIT_NS):
    """`operations`: all of a run; `records`: the whole log; `model`: log_records.read_model, when all is projected.
    `others`: users whose commands are not among the operations."""
    verdict = Verdict()
    records = [record for record in records if record.key not in others]
    streams, wrong, verdict.void = streams_of(records)
    verdict.violations += wrong
    by_user = defaultdict(list)
    for operation in operations:
        by_user[operation.user].append(operation)
    for user in by_user.keys() | streams.keys():
        UserCheck(user, by_user[user], streams.get(user, []), verdict, read_wait_ns).run()
    if model:
        check_read_model(streams, model, others, verdict)
    return verdict


class UserCheck:
    def __init__(self, user, operations, events, verdict, read_wait_ns):
        self.user, self.events, self.verdict = user, events, verdict
        self.patience = read_wait_ns * MEASURED
        self.operations = sorted(operations, key=lambda operation: operation.begin_ns)
        self.attempts = defaultdict(list)
        for operation in self.operations:
            if operation.is_command:
                self.attempts[operation.key].append(operation)
        self.stored = {}

    def wrong(self, what, operation: Operation | None = None):
        of = f", {operation.client} at {operation.node}: {operation.kind} {operation.key or ''}" if operation else ""
        self.verdict.wrong(f"{self.user}{of}: {what}")

    def run(self):
        self.stream_holds_what_was_asked_for()
        self.tell_idle_restores()
        self.events_follow_from_the_state_before()
        self.commands_are_as_told()
        self.order_agrees_with_time()
        self.reads_show_what_was()
        self.reads_never_go_back()
        self.reads_show_what_was_acknowledged()

    def stream_holds_what_was_asked_for(self):
        for event in self.events:
            if event.key in self.stored:
                self.verdict.duplicated += 1
                self.wrong(f"command {event.key} is in the stream twice: {self.stored[event.key].sequence}, {event.sequence}")
                continue
            self.stored[event.key] = event
            asked = self.attempts.get(event.key)
            if not asked:
                self.wrong(f"event {event.sequence} ({event.kind}, key {event.key}) was asked for by no client")
                continue
            first = asked[0]
            if event.kind != first.kind or (first.kind != "create" and event.session != first.session):
                self.wrong(f"event {event.sequence} is {event.kind} of {event.session}, not what was asked for", first)
            for name in ("title", "content", "agent_type"):
                if name in first.body and event.data.get(name) != first.body[name]:
                    self.wrong(f"event {event.sequence} has another {name} than was asked for", first)

    def tell_idle_restores(self):
        """A session that was active already is restored without an event, and the answer looks the same if its last change
        was the stream's. Nothing is kept of it, so a retry is answered with what is so by then, and may be the first to
        restore it."""
        for key, attempts in self.attempts.items():
            stored = self.stored.get(key)
            for i, attempt in enumerate(attempts):
                idle = attempt.kind == "restore" and attempt.outcome == "accepted" and not (
                    stored and stored.sequence <= (attempt.sequence or 0))
                if idle and self.was_active(attempt.session, attempt.sequence):
                    attempts[i] = replace(attempt, outcome="unchanged")

    def events_follow_from_the_state_before(self):
        """A writer that decided on another state than the stream has before its event would break these."""
        chats, last = Chats(), ""
        for event in self.events:
            what = f"event {event.sequence} ({event.kind} of {event.session})"
            session = chats.sessions.get(event.session)
            if (session is None) != (event.kind == "create"):
                self.wrong(f"{what}: the session {'is not there' if session is None else 'was there'}")
                return
            if session and (event.kind != "restore" and session.deleted or event.kind == "restore" and session.active):
                self.wrong(f"{what}: the session was {'deleted' if session.deleted else 'active'}")
            room = None
            if event.kind in ("create", "restore") or event.kind == "add" and not session.active:
                room = chats.least_recent_if_full(session.agent_type if session else event.data["agent_type"])
            if event.data.get("deactivated") != room:
                self.wrong(f"{what} made {event.data.get('deactivated')} inactive, not {room}")
            if event.time < last:
                self.wrong(f"{what} is earlier than the one before")
            last = event.time
            chats.evolve(event)

    def commands_are_as_told(self):
        for key, attempts in self.attempts.items():
            event = self.stored.get(key)
            self.verdict.commands += 1
            outcomes = {attempt.outcome for attempt in attempts}
            self.verdict.unknown_answers += sum(attempt.outcome == "unknown" for attempt in attempts)
            self.verdict.conflicts += sum(attempt.status == 409 for attempt in attempts)
            for attempt in attempts:
                if attempt.status >= 500 and attempt.status != 503:
                    self.wrong(f"answered {attempt.status} {attempt.type}", attempt)
            if "accepted" in outcomes:
                self.verdict.acknowledged += 1
                self.acknowledged(key, event, [attempt for attempt in attempts if attempt.outcome == "accepted"])
            elif event and "unknown" not in outcomes:
                self.wrong(f"is in the stream ({event.sequence}), but its client was told {sorted(outcomes)}", attempts[0])
            elif outcomes <= {"unknown", "unavailable"} and "unknown" in outcomes:
                self.verdict.never_known += 1

    def acknowledged(self, key, event, accepted):
        first = accepted[0]
        for again in accepted[1:]:
            if (again.sequence, again.session, again.message) != (first.sequence, first.session, first.message):
                self.wrong(f"a retry was told {again.sequence}, {again.session}, {again.message}; the first answer was "
                           f"{first.sequence}, {first.session}, {first.message}", again)
        if not event:
            self.verdict.lost += 1
            self.wrong(f"was acknowledged as {first.sequence} and is not in the stream", first)
            return
        if event.sequence != first.sequence:
            self.wrong(f"was acknowledged as {first.sequence} and stands in the stream as {event.sequence}", first)
        if event.session != first.session or (first.kind == "add" and event.message != first.message):
            self.wrong(f"the answer's ids are not those of event {event.sequence}", first)
        for attempt in accepted[1:]:
            if not attempt.replayed:
                self.wrong("a retry was done anew: its answer does not say Idempotency-Replayed", attempt)

    def was_active(self, session, version):
        chats = self.at(version)
        return chats is not None and session in chats.sessions and chats.sessions[session].active

    def at(self, version):
        if version is None or version > len(self.events):
            return None
        chats = Chats()
        for event in self.events[:version]:
            chats.evolve(event)
        return chats

    def order_agrees_with_time(self):
        """If one command was acknowledged before another was begun, it comes first in the stream. What found nothing to do,
        or was refused, was right at some moment while it ran."""
        acknowledged = sorted((min(attempt.end_ns for attempt in attempts if attempt.outcome == "accepted"), self.stored[key].sequence)
                              for key, attempts in self.attempts.items()
                              if key in self.stored and any(attempt.outcome == "accepted" for attempt in attempts))
        ends, highest = [end for end, _ in acknowledged], []
        for _, sequence in acknowledged:
            highest.append(max(sequence, highest[-1] if highest else 0))

        def least(at_ns):
            place = bisect.bisect_left(ends, at_ns)
            return highest[place - 1] if place else 0

        begins = sorted((attempts[0].begin_ns, self.stored[key].sequence)
                        for key, attempts in self.attempts.items() if key in self.stored)
        starts, reach = [begin for begin, _ in begins], []
        for _, sequence in begins:
            reach.append(max(sequence, reach[-1] if reach else 0))

        def most(at_ns):
            place = bisect.bisect_right(starts, at_ns)
            return reach[place - 1] if place else 0

        for key, attempts in self.attempts.items():
            first, event = attempts[0], self.stored.get(key)
            if event and event.sequence <= least(first.begin_ns):
                self.wrong(f"is event {event.sequence}, but was begun after {least(first.begin_ns)} was acknowledged", first)
            for attempt in attempts:
                low, high = least(attempt.begin_ns), most(attempt.end_ns)
                if attempt.outcome == "unchanged" and attempt.sequence is not None and attempt.sequence < low:
                    self.wrong(f"found nothing to do at {attempt.sequence}, though {low} was acknowledged before", attempt)
                if attempt.outcome == "refused" and attempt.status == 404 and not self.missing_between(attempt.session, low, high):
                    self.wrong(f"answered 404, but the session was there from {low} to {high}", attempt)

    def missing_between(self, session, low, high):
        """Whether there was a version from low to high at which the session was not there."""
        if low == 0:
            return True
        there = False
        for event in self.events[:high]:
            if event.session == session:
                there = event.kind != "delete"
            if event.sequence >= low and not there:
                return True
        return False

    def reads_show_what_was(self):
        chats = Chats()
        reads = [operation for operation in self.operations if not operation.is_command and operation.sequence is not None
                 and operation.status in (200, 404)]
        for read in sorted(reads, key=lambda operation: operation.sequence):
            self.verdict.reads += 1
            if read.sequence > len(self.events):
                self.wrong(f"shows version {read.sequence}; the stream has {len(self.events)} events", read)
                return
            while chats.version < read.sequence:
                chats.evolve(self.events[chats.version])
            if problem := difference(read, chats):
                self.wrong(f"at version {read.sequence}: {problem}", read)
        for operation in self.operations:
            if not operation.is_command and operation.status >= 500 and operation.status != 503:
                self.wrong(f"answered {operation.status} {operation.type}", operation)

    def reads_never_go_back(self):
        """One client's at one node, and a roaming one's at all, since it names what it saw."""
        seen = defaultdict(lambda: (0, 0))
        for read in self.operations:
            if read.is_command or read.sequence is None or read.outcome == "unknown":
                continue
            place = (read.client, "all") if read.least else (read.client, read.node.split("#")[0].rstrip("?"))
            shown, until = seen[place]
            if read.begin_ns >= until and read.sequence < shown:
                self.wrong(f"shows {read.sequence} after a read of the same client had shown {shown}", read)
            seen[place] = max((shown, until), (read.sequence, read.end_ns))

    def reads_show_what_was_acknowledged(self):
        """By the same process, or as the read's Chat-Version asks; but a read waits for no longer than the bound."""
        acknowledged = defaultdict(list)
        for operation in self.operations:
            if operation.is_command and operation.outcome == "accepted" and operation.sequence is not None:
                acknowledged[operation.node].append((operation.end_ns, operation.sequence))
        ends, highest = {}, {}
        for node, acks in acknowledged.items():
            acks.sort()
            ends[node], highest[node] = [end for end, _ in acks], []
            for _, sequence in acks:
                highest[node].append(max(sequence, highest[node][-1] if highest[node] else 0))
        for read in self.operations:
            if read.is_command or read.sequence is None or read.status not in (200, 404):
                continue
            place = bisect.bisect_left(ends.get(read.node, []), read.begin_ns)
            least = max(highest[read.node][place - 1] if place else 0, read.least or 0)
            if read.sequence >= least:
                continue
            if read.end_ns - read.begin_ns >= self.patience:
                self.verdict.late_reads += 1
            else:
                self.wrong(f"shows {read.sequence}, though {least} was acknowledged there before (or asked for), after only "
                           f"{(read.end_ns - read.begin_ns) / 1e6:.0f} ms", read)


def difference(read, chats):
    """What a read shows that is not so at its version; nothing if all is right."""
    session = chats.sessions.get(read.session)
    if read.status == 404:
        return None if not session or session.deleted else f"404 for {read.session}, which is there"
    if read.kind == "list":
        there = {one: found.shown(one) for one, found in chats.sessions.items() if not found.deleted}
        for shown in read.sessions:
            if there.get(shown[0]) != shown:
                return f"shows {shown}, not {there.get(shown[0])}"
        order = sorted(there, key=lambda name: (chats.sessions[name].last, name), reverse=True)[:100]
        if [shown[0] for shown in read.sessions] != order:
            return f"shows the sessions {[shown[0] for shown in read.sessions]}, not {order}"
        return None
    if not session or session.deleted:
        return f"shows {read.session}, which is not there"
    if read.kind == "get" and read.sessions[0] != session.shown(read.session):
        return f"shows {read.sessions[0]}, not {session.shown(read.session)}"
    limit = 20 if read.kind == "get" else 50
    if read.messages != session.messages[-limit:]:
        return f"shows messages {read.messages}, not {session.messages[-limit:]}"
    return None


def check_read_model(streams, model, others, verdict):
    sessions, messages, versions, quarantined = model
    for user, why in quarantined:
        verdict.wrong(f"{user} is quarantined: {why}")
    expected = set()
    for user, events in streams.items():
        chats = Chats()
        for event in events:
            chats.evolve(event)
        if versions.get(user) != len(events):
            verdict.wrong(f"{user}: the read model is at {versions.get(user)}, the stream at {len(events)}")
        for name, session in chats.sessions.items():
            expected.add(name)
            row = (user, session.title, len(session.messages), session.active, session.deleted)
            if sessions.get(name) != row:
                verdict.wrong(f"{user}: the row of session {name} is {sessions.get(name)}, a fold gives {row}")
            if messages.get(name, []) != session.messages:
                verdict.wrong(f"{user}: the rows of session {name}'s messages are not those of a fold")
    for name in sessions.keys() - expected:
        if sessions[name][0] in others:
            continue
        verdict.wrong(f"{sessions[name][0]}: a row of session {name}, which is in no stream")
