"""A log that holds two versions of an event type, and what is made of it anew."""
import pytest

from harness.client import SESSIONS
from harness.postgres import psql
from harness.replay import replay_ok
from harness.waiting import wait_until

V1, V2 = "chat.session.renamed.v1", "chat.session.renamed.v2"


@pytest.fixture
def upgraded(deploy, log_kind):
    """One node writes chat.session.renamed.v2, the other v1, as in an upgrade. Users' titles were given by both."""
    service = deploy(log_kind, apis=2, CHAT_PARTITIONS="3")
    second = service.apis[1]
    second.environment["CHAT_WRITE_VERSIONS"] = V2
    second.restart()
    service.users = [service.client() for _ in range(4)]
    for number, user in enumerate(service.users):
        user.chat = user.create("first", initial_message="hello")["id"]
        for turn in range(6):
            node = service.apis[(number + turn) % 2]
            user.at(node.port).expect(200, "PATCH", f"{SESSIONS}/{user.chat}", json_body={"title": f"title {turn}"},
                                      headers={"Idempotency-Key": f"rename {turn}"})
        user.title = "title 5"
    wait_until(lambda: all(psql(service.database, f"select title from chat_sessions where id = '{user.chat}'") == [[user.title]]
                           for user in service.users), 30, "the projector")
    return service


def types_of(service, user):
    lines = replay_ok(service.environment, "tail", "--from", "beginning", "--no-follow", "--json", "--user", user.user,
                      "--type", "session.renamed").json_lines
    return [line["type"] for line in lines if line["mark"] == "belongs"]


def everything_right(service):
    assert replay_ok(service.environment, "verify").lines[-1].endswith(" 0 differ")
    for user in service.users:
        assert user.session(user.chat)["title"] == user.title


def test_old_and_new_records_are_rebuilt_and_verified(upgraded):
    service = upgraded
    assert types_of(service, service.users[0]) == [V1, V2] * 3 and types_of(service, service.users[1]) == [V2, V1] * 3
    everything_right(service)
    ran = replay_ok(service.environment, "rebuild", "--verify", "100%")
    assert "is in place" in ran.lines[-1]
    everything_right(service)
    # What follows old and new records follows them in the read model that was made anew.
    for number, user in enumerate(service.users):
        at = user.at(service.apis[number % 2].port)
        retried = at.expect(200, "PATCH", f"{SESSIONS}/{user.chat}", json_body={"title": "title 3"},
                            headers={"Idempotency-Key": "rename 3"})
        assert retried.headers["Idempotency-Replayed"] == "true" and retried.json["title"] == "title 3"
        user.title = "last"
        renamed = at.expect(200, "PATCH", f"{SESSIONS}/{user.chat}", json_body={"title": user.title})
        user.expect(200, "GET", f"{SESSIONS}/{user.chat}", headers={"Chat-Version": renamed.version})
    everything_right(service)


def test_differences_in_what_either_version_made_are_found_and_repaired(upgraded):
    service = upgraded
    for user in service.users[:2]:
        psql(service.database, f"update chat_sessions set title = 'title 4' where id = '{user.chat}';"
             f"delete from command_answers where user_id = '{user.user}' and command_key in ('rename 1', 'rename 2')")
        ran = replay_ok(service.environment, "repair", "--user", user.user)
        assert "title is title 4, by the log title 5" in ran.out and ran.lines[-1] == "3 differences mended"
    everything_right(service)


def test_each_version_is_shown_as_what_it_says(upgraded):
    service = upgraded
    for user in service.users[:2]:
        for sequence, title in [(1, "first"), (2, "title 0"), (3, "title 1"), (7, "title 5")]:
            shown = replay_ok(service.environment, "show", "--user", user.user, "--sequence", sequence).out
            assert f'"{title}" (primary)' in shown.splitlines()[-1], shown
