"""What clients asked and what they were told: one JSON line for each request, the same shape for every checker.

client, user, node   who asked which node; a restarted node has another name (`api0#2`)
kind                 create, rename, delete, restore, add; list, get, messages
key, body            the Idempotency-Key and what else the command says (title, agent_type, initial_message, content)
begin_ns, end_ns     on one monotonic clock
outcome              accepted     done, or for a read: answered
                     unchanged    nothing had to be done
                     refused      the rules say no; nothing was stored
                     unavailable  could not be done now; nothing was stored
                     unknown      no answer, or one that says so
status, type         of the answer; 0 without one
sequence, least      Chat-Version that the answer reflects, and that was asked for
session, message     ids: in the request, or made by it
replayed             the answer says that it is the first one's
sessions, messages   what a read showed: [[id, title, message_count, is_active], ..], [id, ..]"""
import json
import threading
from dataclasses import asdict, dataclass, field


@dataclass
class Operation:
    client: str
    user: str
    node: str
    kind: str
    key: str | None = None
    body: dict = field(default_factory=dict)
    begin_ns: int = 0
    end_ns: int = 0
    outcome: str = "unknown"
    status: int = 0
    type: str | None = None
    sequence: int | None = None
    least: int | None = None
    session: str | None = None
    message: str | None = None
    replayed: bool = False
    sessions: list | None = None
    messages: list | None = None

    @property
    def is_command(self):
        return self.key is not None


class History:
    """Written by many threads."""

    def __init__(self, path):
        self.path = path
        self.lock = threading.Lock()
        self.file = path.open("w", encoding="utf-8")
        self.accepted = 0
        self.acknowledged_at = []  # end_ns of each first acknowledgement, for the longest gap

    def add(self, operation):
        line = json.dumps(asdict(operation))
        with self.lock:
            self.file.write(line + "\n")
            if operation.is_command and operation.outcome == "accepted" and not operation.replayed:
                self.accepted += 1
                self.acknowledged_at.append(operation.end_ns)

    def close(self):
        self.file.close()


def read_history(path):
    with open(path, encoding="utf-8") as lines:
        return [Operation(**json.loads(line)) for line in lines]
