"""chat-replay show and tail: what operators see of the log."""
import json
import os
import uuid

from harness.client import SESSIONS
from harness.processes import BIN, Process
from harness.replay import replay, replay_ok
from harness.waiting import wait_until


def test_show_tells_a_history_and_the_sessions_as_they_were(service, user):
    session = user.create("First title", initial_message="Why is it red?")["id"]
    user.add(session, "A test\nfails.", "agent")
    user.expect(200, "PATCH", f"{SESSIONS}/{session}", json_body={"title": "Second title"})
    user.expect(200, "DELETE", f"{SESSIONS}/{session}")

    now = json.loads(replay_ok(service.environment, "show", "--user", user.user, "--json").out)
    assert [event["type"] for event in now["events"]] == [
        "chat.session.created.v1", "chat.message.added.v1", "chat.session.renamed.v1", "chat.session.deleted.v1"]
    assert [(one["title"], one["state"]) for one in now["sessions"]] == [("Second title", "deleted")]

    then = json.loads(replay_ok(service.environment, "show", "--user", user.user, "--sequence", 2, "--session", session,
                                "--json").out)
    assert then["sequence"] == 2
    assert [(one["title"], one["state"]) for one in then["sessions"]] == [("First title", "active")]
    assert [message["content"] for message in then["sessions"][0]["messages"]] == ["Why is it red?", "A test\nfails."]

    at = now["events"][0]["time"]
    first = replay_ok(service.environment, "show", "--user", user.user, "--at", at)
    assert "1 event" in first.lines[0]
    assert f'session {session} created: "First title"' in first.lines[1]
    assert "active, 1 message," in first.lines[-1]


def test_show_of_nobody(service):
    ran = replay_ok(service.environment, "show", "--user", f"nobody-{uuid.uuid4()}")
    assert "0 events" in ran.lines[0]
    assert "the log has no event of this user" in ran.err


def test_tail_filters_and_marks_what_is_void(service, user):
    session = user.create("A chat")["id"]
    user.add(session, "one")
    user.add(session, "two", "agent")
    everything = replay_ok(service.environment, "tail", "--from", "beginning", "--no-follow", "--user", user.user, "--json")
    assert [(line["mark"], line["sequence"]) for line in everything.json_lines] == [("belongs", 1), ("belongs", 2),
                                                                                   ("belongs", 3)]
    messages = replay_ok(service.environment, "tail", "--from", "beginning", "--no-follow", "--session", session,
                         "--type", "message.added", "--json")
    assert [line["data"]["content"] for line in messages.json_lines] == ["one", "two"]
    since = everything.json_lines[1]["time"]
    later = replay_ok(service.environment, "tail", "--from", since, "--no-follow", "--user", user.user)
    assert len(later.lines) == 2 and f'agent message in {session}: "two"' in later.lines[1]


def test_races_show_as_void_in_tail(deploy, log_kind):
    """Two nodes decide on the same state again and again: some lose, and each loser's record is marked."""
    from concurrent.futures import ThreadPoolExecutor

    service = deploy(log_kind, apis=2)
    first = service.client(0)
    session = first.create("contested")["id"]

    def write(node):
        mine = first.at(service.apis[node].port)
        for number in range(60):
            mine.add(session, f"{node}-{number}")

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(write, range(2)))
    lines = replay_ok(service.environment, "tail", "--from", "beginning", "--no-follow", "--user", first.user,
                      "--json").json_lines
    belong = [line["sequence"] for line in lines if line["mark"] == "belongs"]
    void = [line for line in lines if line["mark"] == "void"]
    assert belong == list(range(1, 122))
    assert len(belong) + len(void) == len(lines)
    shown = replay_ok(service.environment, "tail", "--from", "beginning", "--no-follow", "--user", first.user)
    assert sum("(void" in line for line in shown.lines) == len(void)


def test_tail_follows(service, user, tmp_path):
    user.create("before")
    following = Process("tail", [BIN / "chat-replay", "tail", "--json", "--user", user.user], tmp_path / "tail.log",
                        service.environment).start()
    try:
        # It begins at the end as it finds it: whatever it tells first, from then on nothing is left out.
        def told():
            user.create("after")
            return [json.loads(line) for line in following.output().splitlines() if line.startswith("{")]
        lines = wait_until(told, 30, "the first line")
        last = lines[-1]["sequence"]
        user.create("one more")
        wait_until(lambda: [line for line in told() if line["sequence"] > last and line["data"]["title"] == "one more"], 30)
        assert all(line["data"]["title"] != "before" for line in told())
    finally:
        assert following.stop() == 0


def test_wrong_usage_is_named(service):
    for arguments, said in [([], "name a command"), (["shwo"], "no command 'shwo'"), (["show"], "--user is needed"),
                            (["show", "--user", "a", "--at", "noon"], "--at"),
                            (["show", "--user", "a", "--sequence", "0"], "--sequence"),
                            (["tail", "--from", "yesterday"], "--from"), (["verify", "--sample", "2"], "--sample"),
                            (["verify", "--user", ""], "--user"), (["tail", "--session", "x"], "--session"),
                            (["tail", "word"], "'word'")]:
        ran = replay(service.environment, *arguments)
        assert ran.code == 2 and said in ran.err and ran.err.count("\n") == 1, (arguments, ran)


def test_each_command_has_help():
    overview = replay_ok({}, "--help").out
    commands = [line.split()[0] for line in overview.split("own --help):\n")[1].split("\n\n")[0].splitlines()]
    assert {"show", "tail", "verify", "repair"} <= set(commands)
    for command in commands:
        shown = replay_ok({}, command, "--help").out
        assert shown.startswith(f"usage: chat-replay {command} [flags]") and "CHAT_LOG" in shown


def test_what_cannot_be_reached_is_exit_code_3():
    away = {"CHAT_START_TIMEOUT": "1s", "CHAT_DATABASE": "host=127.0.0.1 port=1"}
    ran = replay({**away, "CHAT_LOG": "postgres"}, "tail", "--no-follow")
    assert ran.code == 3 and "the database" in ran.err
    ran = replay({**away, "CHAT_LOG": "kafka://127.0.0.1:1/chat.events"}, "tail", "--no-follow")
    assert ran.code == 3 and "kafka://127.0.0.1:1/chat.events" in ran.err


def test_a_misspelt_topic_does_not_come_to_life():
    log = f"kafka://{os.environ['CHAT_TEST_KAFKA']}/no-such-{uuid.uuid4().hex[:8]}"
    ran = replay({"CHAT_LOG": log}, "tail", "--no-follow")
    assert ran.code == 1 and "has no topic" in ran.err
