"""The images and the compose file: built, started, used, stopped and started again."""
import json
import os
import shutil

import pytest

from harness.docker_engine import ROOT, Engine, Unavailable, call, compose_commands
from harness.client import Client, SESSIONS
from harness.processes import free_port
from harness.waiting import wait_until

SERVICES = {"api1", "api2", "projector1", "projector2", "publisher1", "publisher2", "kafka", "postgres"}
FILE = ROOT / "docker/compose.yaml"
# Where there is none yet, the one that comes with the engine.
COMPOSES = compose_commands() or [None]


@pytest.fixture(scope="module")
def engine():
    if os.environ.get("CHAT_TEST_DOCKER") == "no":
        pytest.skip("CHAT_TEST_DOCKER=no")
    engine = Engine()
    try:
        engine.start()
    except Unavailable as reason:
        engine.stop()
        pytest.skip(str(reason))
    yield engine
    engine.stop()


def builder_of(command):
    """v2 builds with BuildKit, as it does for users; v1 with the engine itself, as BuildKit may not be there."""
    return {"DOCKER_BUILDKIT": "0", "COMPOSE_DOCKER_CLI_BUILD": "0"} if command == ["docker-compose"] else {}


class Project:
    def __init__(self, engine, command):
        self.engine = engine
        self.command = command
        self.ports = [free_port(), free_port()]
        self.environment = {**engine.environment, **builder_of(command),
                            "CHAT_PORT_1": str(self.ports[0]), "CHAT_PORT_2": str(self.ports[1])}

    def compose(self, *arguments, timeout=300):
        done = call(*self.command, "-p", "chat-store-test", "-f", FILE, *arguments, timeout=timeout, env=self.environment)
        assert done.returncode == 0, f"{arguments}:\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
        return done.stdout

    def containers(self):
        """Service to state and health, of every container of the project."""
        listed = self.engine.docker("ps", "-a", "--filter", "label=com.docker.compose.project=chat-store-test", "-q")
        found = {}
        for container in json.loads(self.engine.docker("inspect", *listed.stdout.split()).stdout or "[]"):
            state = container["State"]
            service = container["Config"]["Labels"]["com.docker.compose.service"]
            found[service] = (state["Status"], state.get("Health", {}).get("Status"), container["Id"])
        return found

    def up(self):
        self.compose("up", "-d")
        try:
            wait_until(lambda: all_healthy(self.containers()), 180, "every container to be healthy", every=0.5)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.containers()}\n{self.compose('logs', '--tail=20')}") from None


def all_healthy(containers):
    return set(containers) == SERVICES and all(state[:2] == ("running", "healthy") for state in containers.values())


@pytest.fixture(scope="module", params=COMPOSES, ids=lambda command: " ".join(command or ["compose"]))
def project(engine, request):
    commands = [request.param] if request.param else compose_commands(engine.environment)
    if not commands:
        pytest.skip("neither docker compose nor docker-compose is there")
    project = Project(engine, commands[0])
    project.compose("build", timeout=3000)
    yield project
    project.compose("down", "--volumes", "--timeout", "30")


@pytest.mark.timeout(3600)
def test_every_compose_takes_the_file(engine):
    for command in compose_commands(engine.environment):
        done = call(*command, "-f", FILE, "config", env=engine.environment)
        assert done.returncode == 0, (command, done.stderr)


@pytest.mark.timeout(600)
def test_a_checkout_that_has_fetched_no_jars_will_do(engine, tmp_path):
    shutil.copytree(ROOT / "docker", tmp_path / "docker")
    file = tmp_path / "compose.yaml"
    file.write_text("services: {files: {image: chat-store-test/files, build: {context: ., dockerfile: docker/Dockerfile, "
                    "target: kafka-files}}}")
    for command in compose_commands(engine.environment):
        done = call(*command, "-p", "chat-store-test", "-f", file, "build", timeout=300,
                    env={**engine.environment, **builder_of(command)})
        assert done.returncode == 0, (command, done.stdout[-2000:], done.stderr[-2000:])


@pytest.mark.timeout(3600)
def test_up_use_down_and_up_again(project):
    project.up()
    one, two = (Client(port, "me") for port in project.ports)
    created = one.expect(201, "POST", SESSIONS, json_body={"title": "kept", "agent_type": "primary", "initial_message": "hi"})
    path = created.headers["Location"]
    read = two.expect(200, "GET", path, headers={"Chat-Version": created.version})
    assert [m["content"] for m in read.json["messages"]] == ["hi"]

    # One of two projectors is lost; the other goes on with its partitions.
    project.engine.docker("kill", project.containers()["projector1"][2])
    added = two.expect(201, "POST", f"{path}/messages", json_body={"message_type": "agent", "content": "hello"})
    wait_until(lambda: one.send("GET", path, headers={"Chat-Version": added.version}).version == added.version, 60,
               "the other projector to take over")

    project.compose("down", "--timeout", "30")
    assert project.containers() == {}
    project.up()
    for client in (one, two):
        client.close()
        assert [m["content"] for m in client.expect(200, "GET", path).json["messages"]] == ["hi", "hello"]
    one.add(created.json["id"], "and on")


@pytest.mark.timeout(600)
def test_the_programs_run_as_nobody_in_particular_and_stop_cleanly(project):
    project.up()
    containers = project.containers()
    for service in ("api1", "projector1", "publisher1"):
        uid = project.engine.docker("exec", containers[service][2], "id", "-u").stdout.strip()
        assert uid == "10001"
    project.compose("stop", "--timeout", "30")
    for container in json.loads(project.engine.docker("inspect", *[c[2] for c in project.containers().values()]).stdout):
        service = container["Config"]["Labels"]["com.docker.compose.service"]
        if service.startswith(("api", "projector", "publisher", "postgres")):
            assert container["State"]["ExitCode"] == 0, service
