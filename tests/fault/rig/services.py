"""A PostgreSQL server and Kafka brokers of a test's own, each behind a proxy, each to be killed, paused and cut off."""
import base64
import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from harness.postgres import SCRIPT as POSTGRES
from harness.processes import ROOT, Process, free_port
from rig.proxy import Proxy

BROKER = ROOT / "docker/kafka/broker"


def children(pid):
    """The processes that this one started, from /proc."""
    found = []
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += [int(child) for child in (task / "children").read_text().split()]
    return found


class Database:
    """PostgreSQL, durable as in production. `url` leads through the proxy, `direct` past it."""

    def __init__(self, folder, *options):
        self.folder = folder / "postgres"
        subprocess.run([POSTGRES, "init", self.folder], check=True, timeout=120)
        self.process = Process("postgres", [POSTGRES, "exec", self.folder, *options], folder / "postgres.log",
                               end_signal=signal.SIGINT)
        self.start()
        self.wait_ready()
        subprocess.run([POSTGRES, "create", self.folder, "chat"], check=True, timeout=30)
        self.direct = subprocess.run([POSTGRES, "url", self.folder], check=True, capture_output=True, text=True).stdout.strip()
        server = re.match(r"host='([^']*)'", self.direct).group(1)
        self.socket_folder = tempfile.mkdtemp(prefix="chat-fault-")  # short: the path of a socket has 107 bytes
        self.proxy = Proxy(f"{self.socket_folder}/.s.PGSQL.5432", f"{server}/.s.PGSQL.5432")
        self.url = self.direct.replace(server, self.socket_folder)

    def start(self):
        self.process.start()

    def start_again(self):
        """After `kill`, as soon as the dead server's children have let go of its memory."""
        if not self.process.running:
            self.process.start()

    @property
    def ready(self):
        return self.process.running and subprocess.run([POSTGRES, "ready", self.folder], check=False,
                                                       capture_output=True).returncode == 0

    def wait_ready(self, seconds=60):
        deadline = time.monotonic() + seconds
        while not self.ready:
            self.start_again()
            if time.monotonic() > deadline:
                raise AssertionError(f"PostgreSQL is not ready within {seconds} s:\n{self.process.tail()}")
            time.sleep(0.1)

    def kill(self):
        """The postmaster dies at once; its children notice and end by themselves."""
        self.process.kill()

    def stop(self):
        """A fast shutdown: open transactions are rolled back, what was committed is on disk."""
        self.process.signal(signal.SIGINT)

    def pause(self):
        self.process.signal(signal.SIGSTOP)  # first: it starts no more children
        for child in children(self.process.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGSTOP)

    def resume(self):
        for child in children(self.process.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGCONT)
        self.process.signal(signal.SIGCONT)

    def close(self):
        self.proxy.close()
        if self.process.running:
            self.resume()
            self.process.stop(60)
        shutil.rmtree(self.socket_folder, ignore_errors=True)
        shutil.rmtree(self.folder, ignore_errors=True)


class Broker:
    """One node of Kafka. Clients are told of its proxy's address; `direct` is its own, good for a first connection."""

    def __init__(self, folder, name="kafka", options=(), controller_port=None, port=None, proxied=True):
        self.name = name
        self.data = folder / name
        self.port = port or free_port()
        self.direct = f"127.0.0.1:{self.port}"
        self.proxy = None
        self.address = self.direct
        advertised = []
        if proxied:
            public = free_port()
            self.proxy = Proxy(("127.0.0.1", public), ("127.0.0.1", self.port))
            self.address = f"127.0.0.1:{public}"
            advertised = ["--set", f"advertised.listeners=PLAINTEXT://{self.address}"]
        self.process = Process(name, [BROKER, "start", "--small", "--data", self.data, "--port", self.port, "--controller-port",
                                      controller_port or free_port(), *advertised, *options], folder / f"{name}.log")

    def start(self):
        self.process.start()

    start_again = start

    @property
    def ready(self):
        return self.process.running and subprocess.run([BROKER, "ready", "--port", str(self.port)], check=False,
                                                       capture_output=True).returncode == 0

    def wait_ready(self, seconds=90):
        self.process.wait_ready(lambda: self.ready, seconds)

    def kill(self):
        self.process.kill()

    def stop(self):
        self.process.signal(signal.SIGTERM)

    def pause(self):
        self.process.signal(signal.SIGSTOP)

    def resume(self):
        self.process.signal(signal.SIGCONT)

    def close(self):
        if self.proxy:
            self.proxy.close()
        if self.process.running:
            self.process.kill()  # nothing here outlives the test
        shutil.rmtree(self.data, ignore_errors=True)


def kafka_id():
    """As kafka.tools.StorageTool random-uuid makes them."""
    return "A" + base64.urlsafe_b64encode(os.urandom(16)).decode()[1:22]


def three_brokers(folder):
    """A cluster of three nodes, each broker and controller. Not behind proxies."""
    cluster, ports = kafka_id(), [free_port() for _ in range(3)]
    controllers = [f"{number}@127.0.0.1:{port}:{kafka_id()}" for number, port in enumerate(ports, start=1)]
    bootstrap = ",".join(f"127.0.0.1:{port}" for port in ports)
    options = ["--cluster", cluster, "--controllers", ",".join(controllers),
               "--set", f"controller.quorum.bootstrap.servers={bootstrap}", "--set", "offsets.topic.replication.factor=3",
               # The dead leader's session is what writers wait for.
               "--set", "controller.quorum.fetch.timeout.ms=1000", "--set", "controller.quorum.election.timeout.ms=500"]
    return [Broker(folder, f"kafka{number}", [*options, "--set", f"node.id={number}"], port, proxied=False)
            for number, port in enumerate(ports, start=1)]
