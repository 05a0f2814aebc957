"""A user of the HTTP API, as the contract describes it."""
import http.client
import json
import uuid
from urllib.parse import urlencode

API = "/api/v1"
SESSIONS = f"{API}/chat-sessions"


class Response:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers  # http.client.HTTPMessage: names in any case
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def version(self):
        return self.headers["Chat-Version"]

    def link(self, rel):
        """The target of the Link header's entry with this rel, or None."""
        for entry in (self.headers.get("Link") or "").split(","):
            target, *parameters = entry.split(";")
            if any(parameter.strip().replace('"', "") == f"rel={rel}" for parameter in parameters):
                return target.strip().strip("<>")
        return None

    def __repr__(self):
        return f"<{self.status} {dict(self.headers.items())} {self.body[:2000]!r}>"


class Client:
    """One user at one node. Not for several threads: each takes its own."""

    def __init__(self, port, user=None, timeout=60):
        self.port = port
        self.user = user or f"user-{uuid.uuid4()}"
        self.timeout = timeout
        self.connection = None

    def at(self, port):
        """The same user at another node."""
        return Client(port, self.user, self.timeout)

    def send(self, method, target, body=None, headers=None, json_body=None):
        """One request on a connection that is kept."""
        headers = dict(headers or {})
        if json_body is not None:
            body = json.dumps(json_body).encode()
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
        headers.setdefault("Authorization", f"Bearer dev:{self.user}")
        headers = {name: value for name, value in headers.items() if value is not None}
        fresh = self.connection is None
        try:
            return self._exchange(method, target, body, headers)
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            # A server may close a kept connection at any time; only a request that it cannot have begun is sent again.
            self.close()
            if fresh or method != "GET":
                raise
            return self._exchange(method, target, body, headers)
        except Exception:
            self.close()
            raise

    def _exchange(self, method, target, body, headers):
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
        self.connection.request(method, target, body=body, headers=headers)
        answer = self.connection.getresponse()
        response = Response(answer.status, answer.headers, answer.read())
        if answer.will_close:
            self.close()
        return response

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    # Below, what succeeds in most tests: the answer's JSON, having checked the status.

    def expect(self, status, method, target, **arguments):
        response = self.send(method, target, **arguments)
        assert response.status == status, f"{method} {target}: {response!r}"
        return response

    def create(self, title="A chat", agent_type="primary", **fields):
        return self.expect(201, "POST", SESSIONS, json_body={"title": title, "agent_type": agent_type, **fields}).json

    def add(self, session, content, message_type="user", **fields):
        return self.expect(201, "POST", f"{SESSIONS}/{session}/messages",
                           json_body={"message_type": message_type, "content": content, **fields}).json

    def sessions(self, **query):
        return self.expect(200, "GET", target(SESSIONS, query)).json

    def session(self, session, **query):
        return self.expect(200, "GET", target(f"{SESSIONS}/{session}", query)).json

    def messages(self, session, **query):
        return self.expect(200, "GET", target(f"{SESSIONS}/{session}/messages", query)).json

    def all_messages(self, session):
        """Every message, oldest first, by following the pages back from the newest."""
        response = self.expect(200, "GET", target(f"{SESSIONS}/{session}/messages", {"limit": 100}))
        found = response.json
        while older := response.link("prev"):
            response = self.expect(200, "GET", older)
            found = response.json + found
        return found


def target(path, query):
    return f"{path}?{urlencode(query)}" if query else path
