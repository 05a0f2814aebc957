"""What the programs need is down, frozen, slow or full. Who cannot be served is told so in time, everything else goes on, and
when it is back all is well without a restart: one cluster goes through every test, and each leaves it healthy."""
import concurrent.futures
import socket
import struct
import time

import pytest

from harness.client import SESSIONS
from harness.postgres import psql
from harness.processes import SLOWER
from harness.waiting import wait_until
from rig.cluster import Cluster

DEADLINE = 3.5  # seconds, CHAT_COMMAND_DEADLINE; less than two appends may wait for their answer
IN_TIME = DEADLINE + 2 * SLOWER  # for the machine's own sake
AT_ONCE = 1.5 * SLOWER
MESSAGE = {"message_type": "user", "content": "x"}


@pytest.fixture(scope="module", params=["kafka", "postgres"])
def cluster(request, tmp_path_factory):
    made = Cluster(tmp_path_factory.mktemp("outage"), request.param, database_options=("-c", "max_connections=60"),
                   CHAT_COMMAND_DEADLINE=f"{DEADLINE * 1000:.0f}ms")
    yield made
    try:
        assert [node.incarnation for node in made.nodes] == ["api0#1", "api1#1", "projector0#1", "projector1#1"]
        assert all(node.running for node in made.nodes)
        codes = made.deployment.stop()
        assert set(codes.values()) == {0}, codes
    finally:
        made.close()


@pytest.fixture
def user(cluster):
    """A user with a session, known to the first node."""
    client = cluster.deployment.client(0)
    client.session_id = client.create()["id"]
    wait_until(lambda: len(client.sessions()) == 1, 20, "the projection")
    yield client
    well_again(cluster, client)
    client.close()


def well_again(cluster, user):
    for node in cluster.nodes:
        wait_until(node.is_ready, 60, f"{node.name} to be ready again")
    for api in cluster.apis:
        client = user.at(api.port)
        wait_until(lambda: add(client, user.session_id).status == 201, 30, "commands to be taken again")
        version = wait_until(lambda: (r := add(client, user.session_id)).status == 201 and r.version, 30, "a command")
        wait_until(lambda: client.send("GET", SESSIONS).version == version, 30, "reads to follow")
        client.close()


def add(client, session, key=None):
    return client.send("POST", f"{SESSIONS}/{session}/messages", json_body=MESSAGE,
                       headers={"Idempotency-Key": key} if key else {})


def timed(request):
    begin = time.monotonic()
    return request(), time.monotonic() - begin


def assert_told(response, seconds, within):
    assert response.status == 503 and int(response.headers["Retry-After"]) >= 1, response
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json["type"] in ("/problems/log-unavailable", "/problems/outcome-unknown", "/problems/unavailable"), response
    assert seconds < within, f"{response} after {seconds:.1f} s"


def log_of(cluster):
    return cluster.brokers[0] if cluster.log_kind == "kafka" else cluster.database


def test_the_log_is_down(cluster, user):
    log = log_of(cluster)
    stranger = cluster.deployment.client(0)
    log.kill()
    for number in range(5):
        response, seconds = timed(lambda: add(user, user.session_id, f"down {number}"))
        assert_told(response, seconds, IN_TIME)
        response, seconds = timed(lambda: stranger.send("POST", SESSIONS, json_body={"title": "t", "agent_type": "primary"}))
        assert_told(response, seconds, IN_TIME)
    response, seconds = timed(lambda: add(user, user.session_id))
    assert_told(response, seconds, AT_ONCE)  # it is known to be away by now
    assert user.send("GET", "/healthz").status == 200
    assert wait_until(lambda: (r := user.send("GET", "/readyz")).status == 503 and r, 10, "/readyz to tell").json["detail"]
    if cluster.log_kind == "kafka":
        assert user.session(user.session_id)["message_count"] == 0, "reads go on"
        assert stranger.sessions() == [], "also of who was never seen"
    log.start()
    log.wait_ready()
    well_again(cluster, user)
    before = user.session(user.session_id)["message_count"]
    retried = [add(user, user.session_id, f"down {number}") for number in range(5)]
    again = [add(user, user.session_id, f"down {number}") for number in range(5)]
    assert [r.json for r in again] == [r.json for r in retried]
    assert len({r.json["id"] for r in retried}) == 5
    stored = len(user.all_messages(user.session_id))
    assert before <= stored <= before + 5, "each of the five once, whenever it was stored"


def test_the_log_is_frozen(cluster, user):
    log = log_of(cluster)
    log.pause()
    try:
        with concurrent.futures.ThreadPoolExecutor(40) as pool:
            others = [cluster.deployment.client(number % 2) for number in range(38)]
            answers = [pool.submit(timed, lambda: add(user.at(user.port), user.session_id, "frozen"))]
            answers += [pool.submit(timed, lambda c=client: c.send("POST", SESSIONS, json_body={
                "title": "t", "agent_type": "primary"})) for client in others]
            time.sleep(0.2)  # they are on their way
            health, seconds = timed(lambda: user.at(user.port).send("GET", "/healthz"))
            assert health.status == 200 and seconds < AT_ONCE
            if cluster.log_kind == "kafka":
                shown, seconds = timed(lambda: user.at(user.port).send("GET", f"{SESSIONS}/{user.session_id}"))
                assert shown.status == 200 and seconds < AT_ONCE + 1
            for answer in answers:
                assert_told(*answer.result(60), IN_TIME)
    finally:
        log.resume()
    well_again(cluster, user)
    first, again = add(user, user.session_id, "frozen"), add(user, user.session_id, "frozen")
    assert first.status == again.status == 201 and first.json == again.json


def test_the_log_is_slow(cluster, user):
    log = log_of(cluster)
    log.proxy.delay = 0.2
    try:
        response, seconds = timed(lambda: add(user, user.session_id))
        assert response.status == 201, response
        assert 0.2 < seconds < IN_TIME
    finally:
        log.proxy.heal()


def test_the_database_is_down(cluster, user):
    stranger = cluster.deployment.client(0)
    cluster.database.kill()
    response, seconds = timed(lambda: stranger.send("GET", SESSIONS))
    assert_told(response, seconds, IN_TIME)
    if cluster.log_kind == "kafka":
        assert add(user, user.session_id).status == 201, "the log is there, and this user is known"
        response, seconds = timed(lambda: stranger.send("POST", SESSIONS, json_body={"title": "t", "agent_type": "primary"}))
        assert_told(response, seconds, IN_TIME)
    assert user.send("GET", "/healthz").status == 200
    cluster.database.wait_ready()


def test_the_database_is_frozen(cluster, user):
    """As behind a network that drops packets."""
    cluster.database.proxy.freeze()
    try:
        with concurrent.futures.ThreadPoolExecutor(60) as pool:
            clients = [cluster.deployment.client(number % 2) for number in range(60)]
            answers = [pool.submit(timed, lambda c=client: c.send("GET", SESSIONS)) for client in clients]
            if cluster.log_kind == "kafka":
                for _ in range(20):
                    done, seconds = timed(lambda: add(user, user.session_id))
                    assert done.status == 201 and seconds < AT_ONCE, "commands of known users need no database"
            for answer in answers:
                assert_told(*answer.result(60), IN_TIME)
    finally:
        cluster.database.proxy.heal()


def test_the_database_has_no_connections_left(cluster, user):
    taken = []

    def take_all():
        """Every connection that is free; the server's answer to one too many is an error."""
        while True:
            connection = PostgresConnection(cluster.database)
            if connection.first != b"R":
                connection.close()
                return
            taken.append(connection)

    def theirs():
        return int(psql_through(taken[0], "select count(*) from pg_stat_activity where application_name like 'chat-%'"))
    try:
        take_all()

        def all_taken():
            psql_through(taken[0], "select count(pg_terminate_backend(pid)) from pg_stat_activity "
                                   "where application_name like 'chat-%'")
            take_all()
            return theirs() == 0
        wait_until(all_taken, 30, "the programs to have no connection", every=0)
        stranger = cluster.deployment.client(0)
        response, seconds = timed(lambda: stranger.send("GET", SESSIONS))
        assert_told(response, seconds, IN_TIME)
        if cluster.log_kind == "postgres":
            response, seconds = timed(lambda: add(user, user.session_id))
            assert_told(response, seconds, IN_TIME)
        assert user.send("GET", "/healthz").status == 200
    finally:
        for connection in taken:
            connection.close()
    well_again(cluster, user)
    assert int(psql(cluster.database.direct, "select count(*) from pg_stat_activity")[0][0]) < 60


class PostgresConnection:
    """Just enough of the protocol to hold a connection, and to ask one question on it."""

    def __init__(self, database):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(10)
        self.socket.connect(database.proxy.target)
        words = b"user\0chat\0database\0chat\0application_name\0holder\0\0"
        self.socket.sendall(struct.pack("!ii", len(words) + 8, 196608) + words)
        self.first = self.until_ready()[:1]

    def until_ready(self):
        received = b""
        while not received.endswith(b"Z\0\0\0\5I"):
            more = self.socket.recv(65536)
            if not more:
                break
            received += more
        return received

    def close(self):
        self.socket.close()


def psql_through(connection, question):
    """The one value that it answers."""
    text = question.encode() + b"\0"
    connection.socket.sendall(b"Q" + struct.pack("!i", len(text) + 4) + text)
    answer = connection.until_ready()
    row = answer.index(b"D", answer.index(b"T") + 5 + struct.unpack("!i", answer[answer.index(b"T") + 1:][:4])[0] - 4)
    size = struct.unpack("!i", answer[row + 7:row + 11])[0]
    return answer[row + 11:row + 11 + size].decode()
