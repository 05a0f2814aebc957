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
