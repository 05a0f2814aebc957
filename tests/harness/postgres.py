"""Databases to test on: one in the server of the test run, or a server of a test's own that it may kill."""
import os
import signal
import subprocess
import uuid

from harness.processes import ROOT, Process

SCRIPT = ROOT / ".ci/postgres"


def psql(url, sql):
    """Runs SQL; the rows, each a list of texts."""
    done = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-F", "\x1f", "-v", "ON_ERROR_STOP=1", "-d", url],
                          input=sql, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{sql}\n{done.stderr}"
    return [line.split("\x1f") for line in done.stdout.splitlines()]


def new_database():
    """A connection string to a new, empty database of the server that ./test started."""
    server = os.environ["CHAT_TEST_POSTGRES"]
    name = f"e2e_{uuid.uuid4().hex[:12]}"
    psql(server, f"create database {name}")
    words = [word for word in server.split(" ") if not word.startswith("dbname=")]
    return " ".join([*words, f"dbname={name}"])


class OwnPostgres:
    """A server of its own, durable as in production. It may be killed and started again."""

    def __init__(self, folder):
        self.folder = folder
        subprocess.run([SCRIPT, "init", folder], check=True, timeout=120)
        self.process = Process("postgres", [SCRIPT, "exec", folder], f"{folder}/postgres.log", end_signal=signal.SIGINT)
        self.start()
        subprocess.run([SCRIPT, "create", folder, "chat"], check=True, timeout=30)
        self.url = subprocess.run([SCRIPT, "url", folder], check=True, capture_output=True, text=True).stdout.strip()

    def start(self):
        self.process.start().wait_ready(
            lambda: subprocess.run([SCRIPT, "ready", self.folder], check=False).returncode == 0, 60)

    def crash(self):
        """As a crash of the machine's database service: no shutdown, no checkpoint."""
        self.process.signal(signal.SIGQUIT)
        self.process.process.wait()

    def stop(self):
        self.process.stop(60)
