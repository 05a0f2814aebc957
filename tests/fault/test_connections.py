"""10,000 connections that ask nothing and 500 that ask a byte a second are not noticed by the others."""
import contextlib
import resource
import selectors
import socket
import statistics
import time

import pytest

from harness.client import SESSIONS
from harness.waiting import wait_until
from rig.cluster import Cluster
from test_flood import metric, status_of

IDLE, SLOW = 10_000, 500
ROUNDS = 300
SLOWER_AT_MOST, BESIDE = 3.0, 0.005  # times, and seconds for what a shared machine adds to so short a time
REQUEST = (f"POST {SESSIONS} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer dev:slow\r\nContent-Type: application/json\r\n"
           "Content-Length: 900000\r\n\r\n").encode() + b"x" * 900_000


@pytest.fixture
def many_files():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = IDLE + SLOW + 500
    if hard != resource.RLIM_INFINITY and hard < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, wanted))
        except (OSError, ValueError):
            pytest.skip(f"this machine lets a process have {hard} files open, and not {wanted}")
    else:
        # The programs inherit a usual soft limit, and raise it themselves.
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 1024), hard))
    yield wanted
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))


def latency(user, session):
    """Medians of a command, and of reading it."""
    writes, reads = [], []
    for number in range(ROUNDS):
        begin = time.perf_counter()
        user.add(session, str(number))
        middle = time.perf_counter()
        user.expect(200, "GET", f"{SESSIONS}/{session}/messages?limit=1")
        writes.append(middle - begin)
        reads.append(time.perf_counter() - middle)
    return statistics.median(writes), statistics.median(reads)


class SlowClients:
    """Each sends a byte a second; one that was answered, since it was too slow, begins again."""

    def __init__(self, port):
        self.port, self.answered = port, 0
        self.clients = [self.begin() for _ in range(SLOW)]
        self.next = time.monotonic()

    def begin(self):
        client = socket.create_connection(("127.0.0.1", self.port))
        client.setblocking(False)
        return [client, 0]

    def step(self):
        if time.monotonic() < self.next:
            return
        self.next += 1
        for place, (client, sent) in enumerate(self.clients):
            client.send(REQUEST[sent:sent + 1])
            self.clients[place][1] += 1
            with contextlib.suppress(BlockingIOError):
                answer = client.recv(4096)
                assert b" 408 " in answer, answer
                self.answered += 1
                client.close()
                self.clients[place] = self.begin()

    def close(self):
        for client, _ in self.clients:
            client.close()


def test_idle_and_slow_clients_do_not_disturb_others(many_files, tmp_path, closing):
    cluster = Cluster(tmp_path, "postgres", CHAT_HTTP_CONNECTIONS=str(IDLE + SLOW + 100), CHAT_HTTP_REQUEST_TIMEOUT="5s")
    closing.append(cluster)
    resource.setrlimit(resource.RLIMIT_NOFILE, (many_files, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    api, user = cluster.apis[0], cluster.deployment.client(0)
    session = user.create()["id"]
    latency(user, session)  # warm
    before = latency(user, session)
    at_rest = status_of(api, "VmRSS")

    idle = [socket.create_connection(("127.0.0.1", api.port)) for _ in range(IDLE)]
    slow = SlowClients(api.port)
    try:
        wait_until(lambda: metric(user, "chat_http_connections") > IDLE + SLOW, 30, "all to be connected")
        per_connection = (status_of(api, "VmRSS") - at_rest) / (IDLE + SLOW)
        writes, reads = [], []
        until = time.monotonic() + 8
        while time.monotonic() < until:
            slow.step()
            begin = time.perf_counter()
            user.add(session, "x")
            middle = time.perf_counter()
            user.expect(200, "GET", f"{SESSIONS}/{session}/messages?limit=1")
            writes.append(middle - begin)
            reads.append(time.perf_counter() - middle)
        beside = statistics.median(writes), statistics.median(reads)
        print(f"a command {before[0] * 1e3:.2f} ms, beside them {beside[0] * 1e3:.2f}; a read {before[1] * 1e3:.2f} ms, beside "
              f"them {beside[1] * 1e3:.2f}; {per_connection:.1f} KiB a connection; {slow.answered} slow requests ended")
        for alone, among in zip(before, beside):
            assert among < alone * SLOWER_AT_MOST + BESIDE
        assert slow.answered > 0, "who is too slow is told, and let go"
        assert per_connection < 64
        assert api.incarnation == "api0#1" and "could not be accepted" not in api.output()
        with selectors.DefaultSelector() as look:
            for connection in idle:
                look.register(connection, selectors.EVENT_READ)
            assert look.select(0) == [], "the idle ones are left alone"
    finally:
        slow.close()
        for connection in idle:
            connection.close()
    wait_until(lambda: metric(user, "chat_http_connections") < 50, 30, "the connections to be gone")
