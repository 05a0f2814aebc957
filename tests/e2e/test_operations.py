"""What operators see: health, metrics, the API's description, settings and exit codes."""
import json
import os
import re
import signal
import subprocess

import pytest
import yaml

from harness.client import SESSIONS, Client
from harness.postgres import new_database
from harness.processes import BIN, ROOT, clean_environment, free_port
from harness.waiting import wait_until

PROGRAMS = ["chat-api", "chat-projector", "chat-publisher"]


def run(program, *arguments, **environment):
    return subprocess.run([BIN / program, *arguments], env={**clean_environment(), **environment}, capture_output=True,
                          text=True, timeout=120, check=False)


def test_health_needs_no_token(service):
    for node in service.nodes:
        anybody = Client(node.port)
        for path in ("/healthz", "/readyz"):
            response = anybody.send("GET", path, headers={"Authorization": None})
            assert response.status == 200, (node.name, response)


def test_metrics_are_in_the_format_that_prometheus_reads(service, user):
    user.create(initial_message="counted")
    user.sessions()
    sample = re.compile(r'^[a-zA-Z_:][a-zA-Z0-9_:]*(\{[^{}]*\})? (\+Inf|-Inf|NaN|[-+0-9.eE]+)( \d+)?$')
    for node in service.nodes:
        response = Client(node.port).expect(200, "GET", "/metrics", headers={"Authorization": None})
        assert response.headers["Content-Type"].startswith("text/plain")
        lines = response.body.decode().splitlines()
        samples = [line for line in lines if line and not line.startswith("#")]
        assert samples, node.name
        for line in samples:
            assert sample.match(line), line
        assert any(line.startswith("# HELP ") for line in lines) and any(line.startswith("# TYPE ") for line in lines)


def test_metrics_count_requests(service, user):
    def counted():
        text = Client(service.apis[0].port).send("GET", "/metrics").body.decode()
        return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines()
                   if not line.startswith("#") and "addMessage" in line and re.search(r"(_count|_total)\b", line))

    before = counted()
    session = user.create()["id"]
    for _ in range(5):
        user.add(session, "x")
    wait_until(lambda: counted() >= before + 5, 10, "five requests more")


def test_the_description_is_the_one_in_the_source(service):
    for node in service.apis:
        response = Client(node.port).expect(200, "GET", "/api/v1/openapi.yaml", headers={"Authorization": None})
        assert response.body == (ROOT / "api/openapi.yaml").read_bytes()
        description = yaml.safe_load(response.body)
        assert description["openapi"].startswith("3.1")


def test_no_secret_in_logs_or_answers(service, user):
    session = user.create("a title that is private", initial_message="a text that is private")
    user.add(session["id"], "another text that is private")
    user.send("GET", f"{SESSIONS}?cursor=%27")
    for node in service.nodes:
        log = node.output()
        for secret in ("that is private", "Bearer ", "password"):
            assert secret not in log, (node.name, secret)


@pytest.mark.parametrize("program", PROGRAMS)
def test_help_names_every_setting_with_its_default(program):
    done = run(program, "--help")
    assert done.returncode == 0 and done.stderr == ""
    for setting in ("CHAT_DATABASE", "CHAT_LOG"):
        assert setting in done.stdout


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("setting,value", [
    ("CHAT_LOG", "redis://here"), ("CHAT_LOG", "kafka://nowhere"), ("CHAT_DATABASE_CONNECTIONS", "many"),
    ("CHAT_LOG", "kafka://a;b:1/x"), ("CHAT_PARTITIONS", "0"), ("CHAT_LOG_LEVEL", "loud"), ("CHAT_METRICS_PORT", "65536"),
])
def test_a_bad_value_is_refused_by_name(program, setting, value):
    done = run(program, **{"CHAT_DATABASE": "host=/nowhere", setting: value})
    assert done.returncode == 2, done
    assert setting in done.stderr and value in done.stderr
    assert len(done.stderr.splitlines()) <= 3, "a message, not a dump"


def test_a_flag_is_named_as_it_was_given():
    done = run("chat-api", "--http-port", "none")
    assert done.returncode == 2 and "--http-port" in done.stderr
    assert run("chat-api", "--no-such-flag").returncode == 2
    assert run("chat-api", "word").returncode == 2


def test_dev_tokens_are_refused_beyond_loopback():
    done = run("chat-api", CHAT_HTTP_ADDRESS="0.0.0.0", CHAT_DATABASE="host=/nowhere")
    assert done.returncode == 2 and "CHAT_AUTH" in done.stderr


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_database_that_cannot_be_reached_is_exit_code_3(program, tmp_path):
    done = run(program, CHAT_DATABASE=f"host={tmp_path} password=hush-hush", CHAT_START_TIMEOUT="500ms",
               CHAT_HTTP_PORT=str(free_port()), CHAT_PUBLIC_TOPIC="kafka://127.0.0.1:1/x")
    assert done.returncode == 3, done
    assert "hush-hush" not in done.stdout + done.stderr


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_broker_that_cannot_be_reached_is_exit_code_3(program):
    done = run(program, CHAT_DATABASE=new_database(), CHAT_LOG=f"kafka://127.0.0.1:{free_port()}/chat.events",
               CHAT_START_TIMEOUT="1s", CHAT_HTTP_PORT=str(free_port()))
    assert done.returncode == 3, done


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("value", ["hush-hush", "password=hush-hush port=x", "nosuch=hush-hush", "postgresql://u:hush-hush@h/d?x=1"])
def test_what_is_no_connection_string_is_refused_at_once(program, value):
    done = run(program, CHAT_DATABASE=value, CHAT_PUBLIC_TOPIC="kafka://127.0.0.1:1/x")
    assert done.returncode == 2 and "CHAT_DATABASE" in done.stderr, done
    assert "hush" not in done.stdout + done.stderr


def test_the_last_line_is_json_where_the_log_is(tmp_path):
    done = run("chat-api", CHAT_DATABASE=f"host={tmp_path}", CHAT_START_TIMEOUT="100ms", CHAT_LOG_FORMAT="json")
    assert done.returncode == 3
    for line in done.stderr.splitlines():
        assert json.loads(line)["program"] == "chat-api"


def start_api(port, *command, **files):
    environment = {**clean_environment(), "CHAT_DATABASE": new_database(), "CHAT_HTTP_PORT": str(port)}
    return subprocess.Popen([*command, BIN / "chat-api"], env=environment, stdin=subprocess.DEVNULL, **files)


def is_ready(port):
    try:
        return Client(port).send("GET", "/readyz").status == 200
    except OSError:
        return False


def test_service_does_not_end_with_who_reads_the_log():
    """As in `chat-api 2>&1 | head -1`."""
    reader, writer = os.pipe()
    port = free_port()
    api = start_api(port, stderr=writer)
    os.close(writer)
    try:
        wait_until(lambda: is_ready(port), 60, "chat-api to be ready")
        os.close(reader)
        api.send_signal(signal.SIGTERM)  # it logs that it stops
        assert api.wait(30) == 0
    finally:
        api.kill()
        api.wait()


def test_a_closed_stderr_is_not_taken_by_a_connection():
    port = free_port()
    api = start_api(port, "sh", "-c", 'exec "$0" 2>&-')
    try:
        wait_until(lambda: is_ready(port), 60, "chat-api to be ready")
        assert os.readlink(f"/proc/{api.pid}/fd/2") == "/dev/null"
        api.send_signal(signal.SIGTERM)
        assert api.wait(30) == 0
    finally:
        api.kill()
        api.wait()


def test_an_export_replaces_nothing_but_a_file(service, tmp_path):
    """A device, for one: as root, --to /dev/null would leave the machine without it."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    done = run("chat-replay", "export", "--to", str(pipe), CHAT_DATABASE=service.database, CHAT_LOG=service.log)
    assert done.returncode == 1 and f"{pipe}: is no regular file" in done.stderr
    assert pipe.is_fifo() and [path.name for path in tmp_path.iterdir()] == ["pipe"]
    assert run("chat-replay", "export", "--to", "-").returncode == 2


def test_a_port_in_use_is_told(service):
    taken = service.apis[0].port
    done = run("chat-api", CHAT_DATABASE=service.database, CHAT_LOG=service.log, CHAT_HTTP_PORT=str(taken))
    assert done.returncode in (1, 3) and str(taken) in done.stdout + done.stderr, done


def test_two_programs_start_on_an_empty_database_at_once(deploy, log_kind):
    """Each makes the tables (and the topic) if they are missing; none stumbles over another."""
    deployment = deploy(log_kind, apis=3, projectors=2)
    user = deployment.client(2)
    assert user.session(user.create(initial_message="hi")["id"])["message_count"] == 1


def test_programs_do_not_need_each_other_to_start(deploy):
    deployment = deploy("postgres", apis=1, projectors=1, CHAT_READ_WAIT="100ms")
    deployment.projectors[0].stop()
    user = deployment.client()
    session = user.create(initial_message="hi")
    deployment.apis[0].restart()
    user.close()
    user.add(session["id"], "the command side needs no projector")
    deployment.projectors[0].start_ready()
    wait_until(lambda: user.send("GET", f"{SESSIONS}/{session['id']}").status == 200
               and user.session(session["id"])["message_count"] == 2, 30, "the projector to catch up")
