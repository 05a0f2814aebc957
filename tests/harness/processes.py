"""One process: started with its output in a file, stopped or killed by its own pid."""
import ctypes
import os
import signal
import socket
import subprocess
from pathlib import Path

from harness.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(os.environ.get("CHAT_BIN", ROOT / ".build/release/bin"))
LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1
SLOWER = 1 if os.environ.get("CHAT_PRESET", "release") == "release" else 5  # sanitizers


def end_with_us():
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def free_port():
    """Below the kernel's range for outgoing connections, so that none of those takes it before the program does."""
    for port in range(14000 + os.getpid() % 3000, 20000):
        if port in free_port.given:
            continue
        with socket.socket() as candidate:
            candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                candidate.bind(("127.0.0.1", port))
            except OSError:
                continue
        free_port.given.add(port)
        return port
    raise AssertionError("no free port")


free_port.given = set()


class Process:
    def __init__(self, name, command, log, environment=None, end_signal=signal.SIGTERM):
        self.name = name
        self.command = [str(word) for word in command]
        self.log = Path(log)
        self.environment = {**clean_environment(), **(environment or {})}
        self.end_signal = end_signal
        self.process = None

    def start(self):
        assert not self.running, f"{self.name} runs already"
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=output,
                                            stderr=subprocess.STDOUT, env=self.environment, start_new_session=True,
                                            preexec_fn=end_with_us)
        return self

    @property
    def running(self):
        return self.process is not None and self.process.poll() is None

    @property
    def pid(self):
        return self.process.pid

    def signal(self, number):
        self.process.send_signal(number)

    def stop(self, seconds=30):
        """Asks it to end; its exit code."""
        if self.process is None:
            return None
        if self.running:
            self.signal(self.end_signal)
        try:
            return self.process.wait(seconds * SLOWER)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"{self.name} did not end within {seconds} s; its log ends so:\n{self.tail()}") from None

    def kill(self):
        if self.running:
            self.process.kill()
        self.process.wait()

    def wait_ready(self, ready, seconds=30):
        def look():
            assert self.running, f"{self.name} ended ({self.process.returncode}) while starting:\n{self.tail()}"
            return ready()
        try:
            return wait_until(look, seconds * SLOWER, f"{self.name} to be ready")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.tail()}") from None

    def output(self):
        return self.log.read_text(errors="replace")

    def tail(self, lines=30):
        return "\n".join(self.output().splitlines()[-lines:])


def clean_environment():
    """Ours without the settings that a developer's shell may hold."""
    return {name: value for name, value in os.environ.items() if not name.startswith("CHAT_") and not name.startswith("PG")}
