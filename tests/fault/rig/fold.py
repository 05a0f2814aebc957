"""The rule of order and the fold, written once more: a judge that shares no code with the programs that it judges."""
import json
from dataclasses import dataclass, field

KINDS = {"chat.session.created": "create", "chat.session.renamed": "rename", "chat.session.deleted": "delete",
         "chat.session.restored": "restore", "chat.message.added": "add"}


def kind_of(event_type):
    """Whatever its version: what is looked at here has the same name in each."""
    name, _, version = event_type.rpartition(".v")
    assert version.isdigit(), event_type
    return KINDS[name]


@dataclass
class Event:
    user: str
    sequence: int
    kind: str
    key: str | None
    session: str
    data: dict
    message: str | None = None
    time: str = ""


@dataclass
class Session:
    title: str
    agent_type: str
    active: bool = True
    deleted: bool = False
    messages: list = field(default_factory=list)
    last: str = ""

    def shown(self, session):
        return [session, self.title, len(self.messages), self.active]


def streams_of(records):
    """Each user's events that belong, in order; and what a healthy log never shows. A record belongs iff its sequence is one
    more than the last that belongs and its previous is that one's id."""
    streams, heads, places, wrong, void = {}, {}, {}, [], 0
    for record in sorted(records, key=lambda record: (record.partition, record.offset)):
        user, headers = record.key, record.headers
        where = f"partition {record.partition}, offset {record.offset}"
        if places.setdefault(user, record.partition) != record.partition:
            wrong.append(f"{where}: user {user} has records in partition {places[user]} too")
        sequence, last = int(headers["ce_sequence"]), heads.get(user, (0, None))
        if sequence <= last[0]:
            void += 1
            continue
        if sequence != last[0] + 1 or headers.get("ce_previous") != last[1]:
            wrong.append(f"{where}: {sequence} after {headers.get('ce_previous')} does not follow {last} of user {user}")
            continue
        heads[user] = (sequence, headers["ce_id"])
        data = json.loads(record.value)
        first = data.get("first_message") or {}
        streams.setdefault(user, []).append(Event(user, sequence, kind_of(headers["ce_type"]), headers.get("ce_commandid"),
                                                  data["session_id"], data, data.get("message_id", first.get("message_id")),
                                                  headers["ce_time"]))
    return streams, wrong, void


class Chats:
    """One user's sessions, at one version."""

    def __init__(self):
        self.version = 0
        self.sessions = {}

    def evolve(self, event):
        self.version = event.sequence
        if event.kind == "create":
            self.sessions[event.session] = Session(event.data["title"], event.data["agent_type"], last=event.time)
        session = self.sessions[event.session]
        if event.message:
            session.messages.append(event.message)
        if event.kind == "rename":
            session.title = event.data["title"]
        elif event.kind == "delete":
            session.active, session.deleted = False, True
        elif event.kind in ("restore", "add"):
            session.active, session.deleted = True, False
            if event.kind == "add":
                session.last = max(session.last, event.time)
        if event.data.get("deactivated"):
            self.sessions[event.data["deactivated"]].active = False

    def least_recent_if_full(self, agent_type):
        """By the rule of five: who makes room when one more becomes active."""
        active = [(session.last, name) for name, session in self.sessions.items()
                  if session.active and session.agent_type == agent_type]
        return min(active)[1] if len(active) >= 5 else None
