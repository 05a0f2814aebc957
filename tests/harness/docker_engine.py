"""A Docker engine to build and run images with: the one that runs already, or one of our own for the time of the tests.

Our own needs root, Debian's docker.io, and the kernel's leave to make namespaces and mounts. It keeps away from the
machine's firewall and from any registry of images: the base image is made with debootstrap."""
import fcntl
import os
import shutil
import subprocess
import time
from pathlib import Path

from harness.processes import ROOT, end_with_us

HOME = ROOT / ".build/docker"
BASE = "debian:bookworm-slim"


class Unavailable(Exception):
    """Why there is no engine on this machine."""


def call(*command, timeout=60, **arguments):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=timeout, check=False,
                          **arguments)


class Engine:
    def __init__(self):
        self.environment = dict(os.environ)
        self.daemon = None
        self.turn = None

    def start(self):
        if shutil.which("docker") and call("docker", "info").returncode == 0:
            return self
        if os.geteuid() != 0:
            raise Unavailable("no Docker engine answers, and only root can start one")
        installed = call(ROOT / ".ci/install", "docker", timeout=600)
        if installed.returncode != 0:
            raise Unavailable(f"no Docker engine answers, and it cannot be installed: {installed.stderr.strip()}")
        self.start_daemon()
        self.load_base()
        return self

    def start_daemon(self):
        # One at a time on a machine, as each would take the same bridge: another checkout's tests are waited for.
        self.turn = open("/run/chat-store-docker.lock", "w")
        fcntl.flock(self.turn, fcntl.LOCK_EX)
        run = Path("/run/chat-store-docker")  # a short path: sockets in it have 107 bytes
        run.mkdir(parents=True, exist_ok=True)
        HOME.mkdir(parents=True, exist_ok=True)
        self.run = run
        host = f"unix://{run}/docker.sock"
        self.environment["DOCKER_HOST"] = host
        self.environment["DOCKER_CONFIG"] = str(run)
        log = (HOME / "dockerd.log").open("wb")
        path = f"{os.environ['PATH']}:/usr/sbin:/sbin"
        self.daemon = subprocess.Popen(
            [shutil.which("dockerd", path=path), "--iptables=false", "--ip6tables=false", "--ip-forward=false",
             "--ip-masq=false", "--bip=10.213.77.1/24", f"--data-root={HOME}/root", f"--exec-root={run}/exec",
             f"--pidfile={run}/docker.pid", f"--host={host}"],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, env={**os.environ, "PATH": path},
            preexec_fn=end_with_us)
        deadline = time.monotonic() + 60
        while call("docker", "info", env=self.environment).returncode != 0:
            if self.daemon.poll() is not None or time.monotonic() > deadline:
                last = "\n".join((HOME / "dockerd.log").read_text(errors="replace").splitlines()[-3:])
                self.stop()
                raise Unavailable(f"the Docker engine does not start here: {last}")
            time.sleep(0.2)

    def load_base(self):
        if call("docker", "image", "inspect", BASE, env=self.environment).returncode == 0:
            return
        tree = HOME / "base"
        shutil.rmtree(tree, ignore_errors=True)
        path = f"{os.environ['PATH']}:/usr/sbin:/sbin"
        made = call("debootstrap", "--variant=minbase", "bookworm", tree, timeout=900, env={**os.environ, "PATH": path})
        if made.returncode != 0:
            raise Unavailable(f"the base image cannot be made: {made.stdout[-500:]}{made.stderr[-500:]}")
        packed = subprocess.Popen(["tar", "-C", tree, "-c", "."], stdout=subprocess.PIPE)
        subprocess.run(["docker", "import", "-", BASE], stdin=packed.stdout, check=True, env=self.environment,
                       stdout=subprocess.DEVNULL, timeout=300)
        packed.wait()
        shutil.rmtree(tree)

    def docker(self, *arguments, timeout=120):
        return call("docker", *arguments, timeout=timeout, env=self.environment)

    def stop(self):
        if self.daemon is None:
            return
        self.daemon.terminate()
        try:
            self.daemon.wait(60)
        except subprocess.TimeoutExpired:
            self.daemon.kill()
            self.daemon.wait()
        call("umount", self.run / "exec/netns/default")
        shutil.rmtree(self.run, ignore_errors=True)
        self.turn.close()


def compose_commands(environment=None):
    """Each compose there is, once: the plugin (v2), and the program of its own (v1, or v2 under that name)."""
    found = {}
    for command in (["docker", "compose"], ["docker-compose"]):
        if shutil.which(command[0]):
            version = call(*command, "version", "--short", env=environment)
            if version.returncode == 0:
                found.setdefault(version.stdout.strip(), command)
    return list(found.values())
