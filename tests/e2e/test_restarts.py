"""Programs and the database end in the middle of work: nothing that was acknowledged is lost, doubled or reordered."""
import contextlib
import http.client
import threading

from harness.client import SESSIONS
from harness.waiting import wait_until


class Writers:
    """Users that each add one message after another, at every node in turn. What fails is not sent again: each message is
    acknowledged, refused, or nobody knows."""

    def __init__(self, deployment, count=8):
        self.deployment = deployment
        self.stopping = threading.Event()
        self.acknowledged = [[] for _ in range(count)]
        self.unknown = [set() for _ in range(count)]
        self.faults = []
        self.users = []
        for _ in range(count):
            client = deployment.client(0)
            self.users.append((client, client.create()["id"]))
        self.threads = [threading.Thread(target=self.write, args=(i,), daemon=True) for i in range(count)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        for thread in self.threads:
            thread.join(120)
            assert not thread.is_alive(), "a writer hangs"

    def write(self, index):
        try:
            self.write_until_stopped(index)
        except Exception as fault:  # noqa: BLE001  (told by the test, not by the thread)
            self.faults.append(fault)

    def write_until_stopped(self, index):
        client, session = self.users[index]
        nodes = [client.at(api.port) for api in self.deployment.apis]
        number = 0
        while not self.stopping.is_set():
            number += 1
            content = str(number)
            try:
                response = nodes[number % len(nodes)].send("POST", f"{SESSIONS}/{session}/messages",
                                                           json_body={"message_type": "user", "content": content})
            except (OSError, http.client.HTTPException) as error:
                if not isinstance(error, ConnectionRefusedError):
                    self.unknown[index].add(content)
                self.stopping.wait(0.02)  # as any client would, before it tries another node
                continue
            if response.status == 201:
                self.acknowledged[index].append(response.json)
                continue
            assert response.status in (409, 503), response
            if response.json["type"] == "/problems/outcome-unknown":
                self.unknown[index].add(content)
            self.stopping.wait(0.02)

    def count(self):
        return sum(len(messages) for messages in self.acknowledged)

    def wait_for_more(self, more=100, seconds=60):
        goal = self.count() + more
        wait_until(lambda: self.faults or self.count() >= goal, seconds, f"{more} more messages to be acknowledged")

    def check(self):
        assert not self.faults, self.faults
        for index, (client, session) in enumerate(self.users):
            acknowledged = self.acknowledged[index]
            listed = []
            for api in self.deployment.apis:
                reader = client.at(api.port)
                wait_until(lambda: reader.session(session, limit=1)["messages"][-1]["created_at"]
                           >= acknowledged[-1]["created_at"], 30, "the read model to have what was acknowledged")
                listed.append(reader.all_messages(session))
                assert reader.session(session)["message_count"] == len(listed[-1])
            stored = listed[-1]
            for other in listed:
                assert other[:len(stored)] == stored[:len(other)], "every node shows the same history"
            contents = [m["content"] for m in stored]
            assert len(set(contents)) == len(contents), "nothing is stored twice"
            told = {m["id"]: m for m in acknowledged}
            assert [m for m in stored if m["id"] in told] == acknowledged, "all of it, as it was told, in its order"
            for message in stored:
                assert message["id"] in told or message["content"] in self.unknown[index], \
                    f"stored, though its sender was told no: {message}"
            times = [m["created_at"] for m in stored]
            assert times == sorted(times)


def test_api_nodes_killed_in_the_middle(deploy, log_kind):
    deployment = deploy(log_kind)
    with Writers(deployment) as writers:
        for api in [*deployment.apis, deployment.apis[0]]:
            writers.wait_for_more()
            api.crash()
            writers.wait_for_more(20)
            api.start_ready()
        writers.wait_for_more()
    writers.check()


def test_the_only_projector_killed_in_the_middle(deploy, log_kind):
    deployment = deploy(log_kind, CHAT_READ_WAIT="10s")
    with Writers(deployment) as writers:
        for _ in range(3):
            writers.wait_for_more()
            deployment.projectors[0].crash()
            writers.wait_for_more(50)  # commands need no projector
            deployment.projectors[0].start_ready()
        writers.wait_for_more()
    writers.check()


def test_everything_stopped_and_started_again(deploy, log_kind):
    deployment = deploy(log_kind)
    with Writers(deployment, 4) as writers:
        writers.wait_for_more()
        for node in deployment.nodes:
            node.crash()
        for node in deployment.nodes:
            node.start()
        for node in deployment.nodes:
            node.wait_ready(node.is_ready, 60)
        writers.wait_for_more()
    writers.check()


def test_the_database_crashes_and_comes_back(deploy, log_kind):
    deployment = deploy(log_kind, own_postgres=True)
    with Writers(deployment, 4) as writers:
        for _ in range(2):
            writers.wait_for_more()
            deployment.own_postgres.crash()
            deployment.own_postgres.start()
            writers.wait_for_more()
    for node in deployment.nodes:
        # A program may end for want of its database, and be started again by whoever runs it; or wait for it.
        if not node.running:
            node.start_ready(60)
    writers.check()


def test_reads_say_503_without_the_database_and_recover(deploy, log_kind):
    deployment = deploy(log_kind, own_postgres=True, apis=1)
    user = deployment.client()
    session = user.create(initial_message="kept")["id"]
    user.session(session)
    deployment.own_postgres.crash()

    stranger = deployment.client()  # nothing of theirs can be in a cache

    def refused():
        with contextlib.suppress(OSError):
            return stranger.send("GET", SESSIONS)

    response = wait_until(refused, 30, "an answer")
    assert response.status == 503 and response.headers["Retry-After"], response
    assert response.headers["Content-Type"] == "application/problem+json"
    for word in (b"libpq", b"socket", b"SQL", b"select", b"host="):
        assert word not in response.body, "no internals in an answer"
    wait_until(lambda: stranger.send("GET", "/readyz").status == 503, 30, "/readyz to tell")
    assert stranger.send("GET", "/healthz").status == 200, "alive, if not ready"

    deployment.own_postgres.start()
    wait_until(lambda: stranger.send("GET", "/readyz").status == 200, 60, "/readyz to be well again")
    # The read model may have lost its last moments, which the projector makes again from the log.
    wait_until(lambda: user.send("GET", f"{SESSIONS}/{session}").status == 200, 60, "the projector to go on")
    assert user.session(session)["messages"][0]["content"] == "kept"
    user.add(session, "and on")
    wait_until(lambda: user.session(session)["message_count"] == 2, 30, "the projector to go on")


def test_of_two_projectors_one_is_killed_and_the_other_takes_over(deploy, log_kind):
    deployment = deploy(log_kind, projectors=2, apis=1)
    users = [deployment.client() for _ in range(24)]  # users of every partition
    sessions = [user.create()["id"] for user in users]
    for round_number, victim in enumerate([0, 1], start=1):
        deployment.projectors[victim].crash()
        versions = [user.expect(201, "POST", f"{SESSIONS}/{session}/messages",
                                json_body={"message_type": "user", "content": "x"}).version
                    for user, session in zip(users, sessions)]
        for user, version in zip(users, versions):
            wait_until(lambda: projected_version(user) >= int(version), 60,
                       "the projector that is left to apply what came")
        deployment.projectors[victim].start_ready()
        for user, session in zip(users, sessions):
            assert user.session(session)["message_count"] == round_number


def projected_version(user):
    """An answer carries the version of the read model it was made from, past the bound of its wait."""
    return int(user.expect(200, "GET", f"{SESSIONS}?limit=1").version)


def test_no_event_counts_twice(deploy, log_kind):
    """Counters in the read model equal the rows, after projectors were killed at random moments."""
    deployment = deploy(log_kind, projectors=2, apis=1)
    with Writers(deployment, 4) as writers:
        for victim in (0, 1, 0, 1):
            writers.wait_for_more(60)
            deployment.projectors[victim].crash()
            deployment.projectors[victim].start_ready()
    writers.check()
    for client, session in writers.users:
        assert client.session(session)["message_count"] == len(client.all_messages(session))
