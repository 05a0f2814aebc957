"""Commands with a condition that race."""
import concurrent.futures
import threading

import pytest

from harness.client import SESSIONS
from harness.waiting import wait_until


@pytest.mark.parametrize("attempt", range(3))
def test_of_two_that_name_the_same_etag_one_wins(user, service, attempt):
    session = user.create("start")["id"]
    path = f"{SESSIONS}/{session}"
    read = user.expect(200, "GET", path)
    barrier = threading.Barrier(2)

    def rename(node):
        client = user.at(service.apis[node].port)
        client.expect(200, "GET", path, headers={"Chat-Version": read.version})
        barrier.wait()
        return client.send("PATCH", path, json_body={"title": f"by {node}"}, headers={"If-Match": read.headers["ETag"]})

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        statuses = [response.status for response in pool.map(rename, range(2))]
    assert sorted(statuses) == [200, 412]
    wait_until(lambda: user.session(session)["title"] == f"by {statuses.index(200)}", 10, "the winner's title")


def test_a_refusal_names_the_version_that_shows_why(user, service):
    session = user.create("a")["id"]
    path = f"{SESSIONS}/{session}"
    tag = user.expect(200, "GET", path).headers["ETag"]
    user.expect(200, "PATCH", path, json_body={"title": "b"}, headers={"Idempotency-Key": "k"})
    late = user.send("PATCH", path, json_body={"title": "c"}, headers={"If-Match": tag})
    assert (late.status, late.version) == (412, "2"), late
    elsewhere = user.at(service.apis[1].port)
    moved_on = elsewhere.expect(200, "GET", path, headers={"Chat-Version": late.version})
    assert (moved_on.version, moved_on.json["title"]) == ("2", "b")
    reused = user.send("PATCH", path, json_body={"title": "c"}, headers={"Idempotency-Key": "k"})
    assert (reused.status, reused.version) == (422, "2"), reused
    user.expect(200, "DELETE", path)
    for client in (user, elsewhere):
        gone = client.send("POST", f"{path}/messages", json_body={"message_type": "user", "content": "x"})
        assert (gone.status, gone.version) == (404, "3"), gone
