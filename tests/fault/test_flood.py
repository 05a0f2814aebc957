"""A flood of large commands while the log is frozen: what the API holds is bounded, and it is told so; when the log is back, so is
the service, with nothing left of the flood."""
import asyncio
import json
import re
import time
import uuid
from collections import Counter
from pathlib import Path

import pytest

from harness.client import SESSIONS, Client
from harness.waiting import wait_until
from rig.cluster import Cluster

MIB = 1 << 20
PAYLOAD, HOT, CACHE, TAIL = 16, 8, 8, 16  # MiB, as set below
QUEUE, READ_AHEAD, PARTITIONS = 64, 8, 12  # MiB, as the Kafka client is built
# docs/operations.md, "Memory": a body is there up to four times while its command runs.
BOUND = 4 * PAYLOAD + HOT + CACHE + TAIL + QUEUE + READ_AHEAD * PARTITIONS
CONNECTIONS = 500
BODY = 900_000
SECONDS = 6


def status_of(process, field):
    return int(re.search(rf"^{field}:\s+(\d+)", Path(f"/proc/{process.pid}/status").read_text(), re.MULTILINE).group(1))


def metric(client, name):
    return float(re.search(rf"^{name} (\S+)", client.send("GET", "/metrics").body.decode(), re.MULTILINE).group(1))


async def flood(port, until, told):
    """One connection's commands, each of a user of its own, one after another."""
    reader = writer = None
    body = json.dumps({"title": "t", "agent_type": "primary", "initial_message": "x" * BODY}).encode()
    while time.monotonic() < until:
        try:
            if writer is None:
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
            head = (f"POST {SESSIONS} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer dev:flood-{uuid.uuid4()}\r\n"
                    f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n").encode()
            writer.write(head + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            length = int(re.search(rb"Content-Length: (\d+)", answer).group(1))
            problem = json.loads(await reader.readexactly(length))
            told[problem.get("type", "stored")] += 1
            assert b"\r\nRetry-After: " in answer or b" 201 " in answer, answer
            if b"Connection: close" in answer:
                raise ConnectionResetError
        except (ConnectionError, asyncio.IncompleteReadError):
            told["connections ended"] += 1
            if writer:
                writer.close()
            writer = None
            await asyncio.sleep(0.05)
    if writer:
        writer.close()


async def flood_all(port, told):
    until = time.monotonic() + SECONDS
    await asyncio.gather(*(flood(port, until, told) for _ in range(CONNECTIONS)))


@pytest.mark.parametrize("log", ["kafka", "postgres"])
def test_memory_is_bounded_while_the_log_is_frozen(log, tmp_path, closing):
    cluster = Cluster(tmp_path, log, CHAT_COMMAND_DEADLINE="4s", CHAT_HTTP_PAYLOAD_BYTES=f"{PAYLOAD}MiB",
                      CHAT_HOT_BYTES=f"{HOT}MiB", CHAT_CACHE_BYTES=f"{CACHE}MiB", CHAT_TAIL_BYTES=f"{TAIL}MiB")
    closing.append(cluster)
    api = cluster.apis[0]
    user = cluster.deployment.client(0)
    session = user.create()["id"]
    wait_until(lambda: user.sessions(), 20, "the projection")
    at_rest, threads = status_of(api, "VmRSS") / 1024, status_of(api, "Threads")

    frozen = cluster.brokers[0] if log == "kafka" else cluster.database
    frozen.pause()
    told = Counter()
    try:
        asyncio.run(flood_all(api.port, told))
        health = Client(api.port, timeout=5).send("GET", "/healthz")
        assert health.status == 200
    finally:
        frozen.resume()
    peak = status_of(api, "VmHWM") / 1024
    print(f"{log}: at rest {at_rest:.0f} MiB, peak {peak:.0f} MiB, bound {at_rest + BOUND:.0f} MiB; {dict(told)}")
    assert told["/problems/overloaded"] > CONNECTIONS, f"no flood: {told}"
    waited = told["/problems/outcome-unknown"] + told["/problems/log-unavailable"]
    assert waited >= PAYLOAD * MIB // BODY, f"less waited for the log than there was room for: {told}"
    assert BODY * CONNECTIONS > BOUND * MIB, "less than the bound cannot show a bound"
    assert peak < at_rest + BOUND, told

    wait_until(lambda: user.send("POST", f"{SESSIONS}/{session}/messages",
                                 json_body={"message_type": "user", "content": "after"}).status == 201, 30, "the log")
    wait_until(lambda: metric(user, "chat_http_payload_bytes") < MIB, 20, "nothing to be on its way")
    wait_until(lambda: metric(user, "chat_database_pool_in_use") == metric(user, "chat_database_pool_waiting") == 0, 20,
               "the database's connections to be free")
    assert status_of(api, "Threads") <= threads + 2, "threads stay behind"
    assert api.running and api.incarnation == "api0#1"
