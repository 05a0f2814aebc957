"""Clients under load: each sends one request after another and writes down what it was told. A command that got no clear
answer is sent again with the same Idempotency-Key until it gets one, as the contract allows."""
import contextlib
import http.client
import random
import threading
import time
import uuid

from harness.client import SESSIONS, Client
from rig.history import Operation

COMMANDS = {"create": 6, "rename": 8, "delete": 4, "restore": 5, "add": 42}
READS = {"list": 10, "get": 12, "messages": 13}
KINDS = {**COMMANDS, **READS}
ANSWERS = {"create": 201, "add": 201}  # of the others 200
PATIENCE = 20  # seconds for one answer: more than a command's deadline and the longest pause


class LoadClient(threading.Thread):
    """One client of a user. Pinned to a node it relies on that node alone; roaming it names the Chat-Version it has seen."""

    def __init__(self, name, user, nodes, history, stopping, seed, pinned=None, pace=0.0):
        super().__init__(name=name, daemon=True)
        self.client, self.user, self.nodes, self.history, self.stopping = name, user, nodes, history, stopping
        self.random = random.Random(seed)
        self.pinned, self.pace = pinned, pace
        self.seen = 0
        self.sessions, self.given_up, self.fault = [], threading.Event(), None
        self.connections = {}

    def run(self):
        try:
            while not self.stopping.is_set():
                kind = self.random.choices(list(KINDS), KINDS.values())[0]
                if not self.sessions and kind != "list":
                    kind = "create"
                if kind in COMMANDS:
                    self.command(kind)
                else:
                    self.read(kind)
                if self.pace:
                    self.stopping.wait(self.random.uniform(0, 2 * self.pace))
        except Exception as fault:  # noqa: BLE001  (told by the test, not by the thread)
            self.fault = fault
        finally:
            for connection in self.connections.values():
                connection.close()

    def node(self):
        return self.pinned if self.pinned is not None else self.random.randrange(len(self.nodes))

    def new_operation(self, kind, **more):
        return Operation(self.client, self.user, "", kind, **more)

    def command(self, kind):
        key = uuid.UUID(int=self.random.getrandbits(128)).hex
        session, body = None, {}
        if kind == "create":
            body = {"title": f"t {key}", "agent_type": self.random.choice(["primary", "log_analysis"])}
            if self.random.random() < 0.5:
                body["initial_message"] = f"m {key}"
        else:
            session = self.random.choice(self.sessions[-12:])
            if kind == "rename" and self.random.random() < 0.9:
                body = {"title": f"t {key}"}
            elif kind == "add":
                body = {"message_type": "user", "content": f"m {key}" + "." * self.random.choice([0, 100, 1000])}
        sent = 0
        while not self.given_up.is_set():
            operation = self.send(self.new_operation(kind, key=key, body=body, session=session))
            sent += 1
            if operation.outcome in ("accepted", "unchanged"):
                if kind == "create" and operation.session not in self.sessions:
                    self.sessions.append(operation.session)
                # Now and then once more, anywhere: the answer must be the first one's.
                if operation.outcome == "accepted" and self.random.random() < 0.08:
                    self.send(self.new_operation(kind, key=key, body=body, session=session), self.random.randrange(len(self.nodes)))
                return
            if operation.outcome == "refused" and operation.status != 409:
                if kind in ("add", "rename") and self.random.random() < 0.7:
                    self.sessions.remove(session)  # deleted; now and then it is restored
                return
            time.sleep(self.random.uniform(0.02, 0.15))

    def read(self, kind):
        session = None if kind == "list" else self.random.choice(self.sessions[-12:])
        operation = self.send(self.new_operation(kind, session=session,
                                                 least=self.seen if self.pinned is None and self.seen else None))
        for session, *_ in operation.sessions or []:  # of other clients of this user too
            if session not in self.sessions:
                self.sessions.append(session)
        if operation.outcome == "unavailable":
            time.sleep(self.random.uniform(0.02, 0.15))

    def send(self, operation, node=None):
        """One request, written down with its answer."""
        at = self.nodes[self.node() if node is None else node]
        operation.node = at.incarnation
        headers = {}
        if operation.key:
            headers["Idempotency-Key"] = operation.key
        if operation.least:
            headers["Chat-Version"] = str(operation.least)
        method, target, body = request_of(operation)
        client = self.connections.get(operation.node)
        if client is None:
            client = self.connections[operation.node] = Client(at.port, self.user, PATIENCE)
        operation.begin_ns = time.monotonic_ns()
        try:
            if client.connection is None:
                client.connection = http.client.HTTPConnection("127.0.0.1", client.port, timeout=PATIENCE)
                client.connection.connect()
        except OSError:
            client.close()
            operation.outcome = "unavailable"  # nothing was sent
        else:
            with contextlib.suppress(OSError, http.client.HTTPException):
                understand(operation, client.send(method, target, headers=headers, json_body=body))
        operation.end_ns = time.monotonic_ns()
        if operation.node != at.incarnation:
            operation.node += "?"  # it was started again meanwhile: nobody knows which one answered
        self.history.add(operation)
        # What a node promises without help is no business of this client's at others, so a pinned one keeps no version.
        if operation.outcome in ("accepted", "unchanged") and operation.sequence is not None:
            self.seen = max(self.seen, operation.sequence)
        return operation


def request_of(operation):
    path = f"{SESSIONS}/{operation.session}"
    return {
        "create": ("POST", SESSIONS, operation.body), "rename": ("PATCH", path, operation.body), "delete": ("DELETE", path, None),
        "restore": ("POST", f"{path}/restore", None), "add": ("POST", f"{path}/messages", operation.body),
        "list": ("GET", f"{SESSIONS}?state=all&limit=100", None), "get": ("GET", f"{path}?limit=20", None),
        "messages": ("GET", f"{path}/messages?limit=50", None),
    }[operation.kind]


def understand(operation, response):
    """What the answer says, into the operation."""
    operation.status = response.status
    operation.sequence = int(response.version) if response.version else None
    body = response.json
    if response.status == ANSWERS.get(operation.kind, 200):
        operation.outcome = "accepted"
        operation.replayed = response.headers.get("Idempotency-Replayed") == "true"
        if operation.kind == "create":
            operation.session = body["id"]
        elif operation.kind == "add":
            operation.message = body["id"]
        elif operation.kind in ("rename", "restore"):
            # An event is the last change of its session; without one an older event is.
            if "title" not in operation.body and operation.kind == "rename" or \
                    response.headers["ETag"] != f'"v{operation.sequence}"':
                operation.outcome = "accepted" if operation.replayed else "unchanged"
        elif operation.kind == "list":
            operation.sessions = [seen_session(session) for session in body]
        elif operation.kind == "get":
            operation.sessions, operation.messages = [seen_session(body)], [message["id"] for message in body["messages"]]
        elif operation.kind == "messages":
            operation.messages = [message["id"] for message in body]
        return
    operation.type = body["type"]
    if operation.type == "/problems/outcome-unknown":
        operation.outcome = "unknown"
    elif response.status == 503:
        operation.outcome = "unavailable"
    elif response.status < 500:
        operation.outcome = "refused"


def seen_session(session):
    return [session["id"], session["title"], session["message_count"], session["is_active"]]


class Load:
    """All clients. A few users are hot: several clients of theirs, at every node."""

    def __init__(self, nodes, history, seed, hot=2, calm=4, pace=0.01):
        self.stopping = threading.Event()
        self.clients = []
        chosen = random.Random(seed)

        def add(user, pinned):
            self.clients.append(LoadClient(f"client{len(self.clients)}", user, nodes, history, self.stopping,
                                           chosen.getrandbits(64), pinned, pace))
        for number in range(hot):
            user = f"hot-{number}-{uuid.uuid4().hex[:8]}"
            for pinned in range(len(nodes)):
                add(user, pinned)
            add(user, None)
        for number in range(calm):
            add(f"calm-{number}-{uuid.uuid4().hex[:8]}", number % 2 if number < 2 else None)

    def start(self):
        for client in self.clients:
            client.start()
        return self

    def close(self):
        """At the end of a test, however it ended."""
        self.stopping.set()
        for client in self.clients:
            client.given_up.set()

    def stop(self, seconds=60):
        """No new commands; those that were begun are sent until they get an answer. Everything must be up again."""
        self.stopping.set()
        deadline = time.monotonic() + seconds
        for client in self.clients:
            client.join(max(0.1, deadline - time.monotonic()))
        late = [client for client in self.clients if client.is_alive()]
        for client in late:
            client.given_up.set()
        for client in late:
            client.join(PATIENCE + 5)
        faults = [client.fault for client in self.clients if client.fault]
        if faults:
            raise faults[0]
        assert not late, f"still no answer {seconds} s after all was up: {[client.client for client in late]}"
