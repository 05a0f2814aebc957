"""The database server is killed, which is no crash of the machine: what reads had shown of it, and what retries rely on, stays."""
import time

import pytest

from harness.client import SESSIONS
from harness.waiting import wait_until
from rig.cluster import Cluster


@pytest.mark.parametrize("log", ["kafka", "postgres"])
def test_a_killed_database_takes_back_nothing_that_was_shown(log, tmp_path, closing):
    # A commit that does not wait for the disk would wait long for the background writer here.
    cluster = Cluster(tmp_path, log, database_options=("-c", "wal_writer_delay=10s"))
    closing.append(cluster)
    user = cluster.deployment.client(0)
    session = user.create()["id"]
    path = f"{SESSIONS}/{session}/messages"

    def add(content):
        return user.expect(201, "POST", path, json_body={"message_type": "user", "content": content},
                           headers={"Idempotency-Key": content})
    first, second = add("one"), add("two")
    shown = wait_until(lambda: (r := user.send("GET", path)).version == second.version and r, 20, "the projection")
    add("two")  # the node has no need to remember by itself what the read model knows

    for projector in cluster.projectors:
        projector.pause()  # nobody makes the rows again
    cluster.database.kill()
    cluster.database.wait_ready()
    again = wait_until(lambda: (r := user.send("GET", path)).status == 200 and r, 20, "the node to read again")
    assert (again.version, again.json) == (shown.version, shown.json)
    for node in (0, 1):
        client = user.at(cluster.apis[node].port)
        deadline = time.monotonic() + 20
        while (retried := client.send("POST", path, json_body={"message_type": "user", "content": "one"},
                                      headers={"Idempotency-Key": "one"})).status == 503:
            assert time.monotonic() < deadline, retried
        assert retried.json == first.json and retried.headers["Idempotency-Replayed"] == "true", f"at node {node}: {retried}"
