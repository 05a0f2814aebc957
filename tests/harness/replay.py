"""chat-replay as operators call it: arguments, exit code, what it prints."""
import json
import subprocess

from harness.processes import BIN, SLOWER, clean_environment


class Ran:
    def __init__(self, done):
        self.code = done.returncode
        self.out = done.stdout
        self.err = done.stderr

    @property
    def lines(self):
        return self.out.splitlines()

    @property
    def json_lines(self):
        return [json.loads(line) for line in self.lines]

    def __repr__(self):
        return f"<exit code {self.code}\n{self.out[-3000:]}\n{self.err[-3000:]}>"


def replay(environment, *arguments, timeout=120):
    """Runs it to its end."""
    return Ran(subprocess.run([BIN / "chat-replay", *map(str, arguments)], capture_output=True, text=True, check=False,
                              env={**clean_environment(), **environment}, timeout=timeout * SLOWER))


def replay_ok(environment, *arguments, **options):
    ran = replay(environment, *arguments, **options)
    assert ran.code == 0, ran
    return ran
