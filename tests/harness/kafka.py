"""A Kafka broker of a test's own, which it may kill and start again."""
import subprocess

from harness.processes import ROOT, Process, free_port

SCRIPT = ROOT / "docker/kafka/broker"


class OwnKafka:
    def __init__(self, folder):
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"
        self.process = Process("kafka", [SCRIPT, "start", "--data", folder, "--port", str(self.port),
                                         "--controller-port", str(free_port()), "--small"], f"{folder}.log")

    def start(self):
        self.process.start().wait_ready(
            lambda: subprocess.run([SCRIPT, "ready", "--port", str(self.port)], check=False).returncode == 0, 90)
        return self

    def crash(self):
        self.process.kill()

    def stop(self):
        self.process.stop(60)
