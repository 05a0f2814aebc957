"""The service as operators run it: API nodes and projectors on one database and one log."""
import os
import uuid

from harness.client import SESSIONS, Client
from harness.postgres import OwnPostgres, new_database
from harness.processes import BIN, Process, free_port
from harness.waiting import wait_until


class Node(Process):
    """chat-api or chat-projector, with the port that answers /readyz."""

    def __init__(self, name, program, folder, environment, port_setting):
        self.port = free_port()
        super().__init__(name, [BIN / program], folder / f"{name}.log", {**environment, port_setting: str(self.port)})

    def start_ready(self, seconds=30):
        self.start()
        self.wait_ready(self.is_ready, seconds)
        return self

    def is_ready(self):
        try:
            return Client(self.port, timeout=5).send("GET", "/readyz").status == 200
        except OSError:
            return False

    def crash(self):
        self.kill()

    def restart(self):
        if self.running:
            self.stop()
        return self.start_ready()


class Deployment:
    """`database` and `brokers`: where they are, if not in the services that ./test started."""

    def __init__(self, folder, log, apis=2, projectors=1, publishers=0, own_postgres=False, own_kafka=None, database=None,
                 brokers=None, **settings):
        self.folder = folder
        self.log_kind = log
        self.own_postgres = OwnPostgres(folder / "postgres") if own_postgres else None
        self.database = database or (self.own_postgres.url if own_postgres else new_database())
        self.topic = f"e2e-{uuid.uuid4().hex[:12]}"
        self.brokers = own_kafka.address if own_kafka else brokers or os.environ.get("CHAT_TEST_KAFKA")
        self.log = f"kafka://{self.brokers}/{self.topic}" if log == "kafka" else "postgres"
        self.public_topic = f"{self.topic}.public"
        self.environment = {"CHAT_DATABASE": self.database, "CHAT_LOG": self.log, "CHAT_AUTH": "dev",
                            "CHAT_GROUP": self.topic, "CHAT_PUBLIC_GROUP": f"{self.topic}-publisher", **settings}
        self.projectors = [Node(f"projector{i}", "chat-projector", folder, self.environment, "CHAT_METRICS_PORT")
                           for i in range(projectors)]
        self.publishers = [Node(f"publisher{i}", "chat-publisher", folder, self.environment, "CHAT_METRICS_PORT")
                           for i in range(publishers)]
        self.apis = [Node(f"api{i}", "chat-api", folder, self.environment, "CHAT_HTTP_PORT") for i in range(apis)]

    @property
    def nodes(self):
        return [*self.apis, *self.projectors, *self.publishers]

    def start(self):
        for node in self.nodes:
            node.start()
        for node in self.nodes:
            node.wait_ready(node.is_ready, 60)
        self.wait_projecting()
        return self

    def wait_projecting(self):
        """Until every partition (all but surely: users are spread by a hash) has a projector that works on it."""
        if not self.projectors:
            return
        for user in [self.client() for _ in range(40)]:
            # On a crowded machine a broker that has just started may not answer in time yet.
            version = wait_until(lambda: (made := user.send("POST", SESSIONS, json_body={
                "title": "first", "agent_type": "primary"})).status == 201 and made.version, 60, "a command to be taken")
            wait_until(lambda: user.expect(200, "GET", SESSIONS).version == version, 60, "the projectors to begin")
            user.close()

    def client(self, node=0, user=None):
        return Client(self.apis[node].port, user)

    def stop(self):
        """Stops all, askers first; each must end cleanly."""
        codes = {node.name: node.stop() for node in self.nodes if node.running}
        if self.own_postgres:
            self.own_postgres.stop()
        return codes
