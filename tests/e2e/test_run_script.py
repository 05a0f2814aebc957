"""./run, as a person uses it."""
import re
import shutil
import signal
import subprocess

import pytest

from harness.client import Client
from harness.processes import ROOT, Process, clean_environment, free_port
from harness.waiting import wait_until

RUN = ROOT / "run"
pytestmark = pytest.mark.timeout(1800)  # with another preset than release, the first of these builds
READY = re.compile(r"http://127\.0\.0\.1:(\d+)")


def run(*arguments, **environment):
    return subprocess.run([RUN, *map(str, arguments)], env={**clean_environment(), **environment}, capture_output=True,
                          text=True, timeout=300, check=False, stdin=subprocess.DEVNULL)


@pytest.fixture(scope="module", autouse=True)
def built():
    subprocess.run([ROOT / ".ci/build", "release", "programs"], check=True, timeout=1700, stdin=subprocess.DEVNULL)


@pytest.fixture
def home(tmp_path):
    """A data directory; whatever runs on it ends with the test."""
    data = tmp_path / 'dätä with a "space"'
    yield data
    run("--stop", "--data", data)
    shutil.rmtree(data, ignore_errors=True)


def children_of(data):
    found = {}
    for file in (data / "run").glob("*.pid"):
        found[file.stem] = int(file.read_text().split()[0])
    return found


def exists(pid):
    return subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout.strip()[:1] not in ("", "Z")


def start(data, port, *arguments):
    done = run("--detach", "--port", port, "--data", data, *arguments)
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    assert READY.search(line).group(1) == str(port), "exactly one line, with the address"
    return Client(port, "me")


@pytest.mark.parametrize("arguments", [(), ("--kafka",)])
def test_detach_stop_and_start_again_keeps_everything(home, arguments):
    port = free_port()
    me = start(home, port, *arguments)
    session = me.create(initial_message="kept")["id"]
    assert me.session(session)["message_count"] == 1
    children = children_of(home)
    assert {"postgres", "projector", "api"} <= set(children)
    assert ("publisher" in children) == bool(arguments)

    second = run("--port", free_port(), "--data", home, *arguments)
    assert second.returncode == 1 and "already running" in second.stderr
    quoted = subprocess.check_output(["bash", "-c", 'LC_ALL=C.UTF-8; printf %q "$1"', "_", str(home)], text=True)
    assert f"./run --stop --data {quoted} stops it" in second.stderr
    assert not arguments or (home / "kafka/logs").is_dir(), "all of it is in the data directory"

    stopped = run("--stop", "--data", home)
    assert stopped.returncode == 0, stopped.stderr
    assert not [name for name, pid in children.items() if exists(pid)], "all ended"
    assert run("--stop", "--data", home).returncode == 0, "stopping twice is fine"

    other_log = run("--port", port, "--data", home, *(() if arguments else ("--kafka",)))
    assert other_log.returncode == 1 and "was made with" in other_log.stderr

    me = start(home, port, *arguments)
    assert me.session(session)["messages"][0]["content"] == "kept"
    me.add(session, "and on")
    # On a busy machine a projector that has only just begun may take longer than reads wait.
    wait_until(lambda: me.session(session)["message_count"] == 2, 20, "the message to be shown")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_in_the_foreground_until_a_signal(home, number, tmp_path):
    port = free_port()
    process = Process("run", [RUN, "--port", port, "--data", home], tmp_path / "run.log")
    process.start()
    process.wait_ready(lambda: READY.search(process.output()), 120)
    children = children_of(home)
    assert Client(port).send("GET", "/readyz").status == 200
    process.signal(number)
    assert process.process.wait(60) == 0, process.tail()
    assert not [name for name, pid in children.items() if exists(pid)]


@pytest.mark.parametrize("victim", ["api", "projector", "postgres"])
def test_a_child_that_crashes_is_noticed(home, victim, tmp_path):
    process = Process("run", [RUN, "--port", free_port(), "--data", home], tmp_path / "run.log")
    process.start()
    process.wait_ready(lambda: READY.search(process.output()), 120)
    children = children_of(home)
    subprocess.run(["kill", "-9", str(children[victim])], check=True)
    assert process.process.wait(90) == 1
    assert f"{home}/log/" in process.output()
    assert re.search(r"(api|projector|postgres) ended by itself", process.output())
    assert not [name for name, pid in children.items() if exists(pid)]


def test_after_kill_of_run_itself_it_starts_again(home, tmp_path):
    port = free_port()
    process = Process("run", [RUN, "--port", port, "--data", home], tmp_path / "run.log")
    process.start()
    process.wait_ready(lambda: READY.search(process.output()), 120)
    session = Client(port, "me").create(initial_message="kept")["id"]
    children = children_of(home)
    process.kill()
    me = start(home, port)
    assert me.session(session)["messages"][0]["content"] == "kept"
    assert not [name for name, pid in children.items() if name != "supervisor" and exists(pid)]


def test_a_port_in_use_is_refused_by_name_before_anything_starts(home, service):
    taken = service.apis[0].port
    done = run("--port", taken, "--data", home)
    assert done.returncode == 1 and done.stdout == ""
    assert f"port {taken} is in use" in done.stderr and "chat-api" in done.stderr
    assert not (home / "postgres").exists()


def test_a_start_that_made_nothing_decides_nothing(home, service):
    taken = service.apis[0].port
    assert run("--port", taken, "--data", home).returncode == 1
    other = run("--port", taken, "--data", home, "--kafka")
    assert "was made with" not in other.stderr and f"port {taken} is in use" in other.stderr


def test_a_directory_of_others_is_left_alone(tmp_path):
    (tmp_path / "letter").write_text("dear")
    tmp_path.chmod(0o755)
    done = run("--port", free_port(), "--data", tmp_path)
    assert done.returncode == 1 and f"{tmp_path} holds something that is not ours" in done.stderr
    assert tmp_path.stat().st_mode & 0o777 == 0o755
    assert [path.name for path in tmp_path.iterdir()] == ["letter"]


@pytest.mark.parametrize("arguments", [("--port", "none"), ("--port", "0"), ("--port", "65536"), ("--port",), ("--nonsense",),
                                       ("--data", ""), ("--data", "a,b")])
def test_wrong_usage_is_exit_code_2(arguments):
    done = run(*arguments)
    assert done.returncode == 2 and done.stdout == "" and "--help" in done.stderr


def test_settings_reach_the_programs(home):
    port = free_port()
    done = run("--detach", "--port", port, "--data", home, CHAT_BODY_LIMIT="2KiB", CHAT_LOG="kafka://elsewhere:1/x")
    assert done.returncode == 0 and "CHAT_LOG is set, but ./run decides it: ignored" in done.stderr
    response = Client(port).send("POST", "/api/v1/chat-sessions", json_body={"title": "x" * 3000, "agent_type": "primary"})
    assert response.status == 413


def test_a_bad_setting_is_told_with_its_log(home):
    done = run("--port", free_port(), "--data", home, CHAT_BODY_LIMIT="much")
    assert done.returncode == 1 and "CHAT_BODY_LIMIT" in done.stderr and f"{home}/log/api.log" in done.stderr


def test_help():
    done = run("--help")
    assert done.returncode == 0
    for word in ("--port", "--data", "--kafka", "--detach", "--stop"):
        assert word in done.stdout
