"""SIGTERM under load: every request that was begun gets its answer, then the program ends with exit code 0."""
import http.client
import json
import signal
import threading

from harness.client import SESSIONS
from harness.waiting import wait_until


def test_every_started_request_gets_an_answer(deploy, log_kind):
    deployment = deploy(log_kind, apis=2)
    api, witness = deployment.apis
    users = [deployment.client(0) for _ in range(8)]
    sessions = [user.create()["id"] for user in users]
    acknowledged = [[] for _ in users]
    cut = []
    answered = threading.Event()

    def write(index):
        user, session = users[index], sessions[index]
        number = 0
        while True:
            # A connection for each request, so that a request is begun exactly if the connection was taken.
            connection = http.client.HTTPConnection("127.0.0.1", api.port, timeout=60)
            try:
                connection.connect()
            except OSError:
                return
            try:
                connection.request("POST", f"{SESSIONS}/{session}/messages",
                                   body=json.dumps({"message_type": "user", "content": str(number)}),
                                   headers={"Authorization": f"Bearer dev:{user.user}", "Content-Type": "application/json"})
                answer = connection.getresponse()
                body = json.loads(answer.read())
            except (ConnectionResetError, BrokenPipeError, http.client.RemoteDisconnected) as error:
                # The kernel takes connections for a listener that is about to close; those were not begun.
                cut.append((index, number, repr(error)))
                return
            finally:
                connection.close()
            if answer.status == 201:
                acknowledged[index].append(body["id"])
                number += 1
            else:
                assert answer.status == 503, body
            if number > 20:
                answered.set()

    threads = [threading.Thread(target=write, args=(i,), daemon=True) for i in range(len(users))]
    for thread in threads:
        thread.start()
    assert answered.wait(30)
    api.signal(signal.SIGTERM)
    assert api.process.wait(30) == 0, api.tail()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()

    for index, (user, session) in enumerate(zip(users, sessions)):
        reader = user.at(witness.port)
        wait_until(lambda: reader.session(session, limit=1)["message_count"] >= len(acknowledged[index]), 30)
        stored = [m["id"] for m in reader.all_messages(session)]
        assert stored[:len(acknowledged[index])] == acknowledged[index]
        told_nothing = sum(1 for cut_index, _, _ in cut if cut_index == index)
        assert len(stored) <= len(acknowledged[index]) + told_nothing
        assert len(stored) == len(acknowledged[index]), f"a stored command got no answer: {cut}"


def test_a_request_half_sent_does_not_hold_up_the_end(deploy):
    deployment = deploy("postgres", apis=1, CHAT_DRAIN_TIMEOUT="2s")
    connection = http.client.HTTPConnection("127.0.0.1", deployment.apis[0].port, timeout=30)
    connection.putrequest("POST", SESSIONS)
    connection.putheader("Content-Length", "100")
    connection.endheaders(b"{")
    idle = deployment.client()
    idle.expect(200, "GET", "/healthz")
    deployment.apis[0].signal(signal.SIGTERM)
    assert deployment.apis[0].process.wait(20) == 0, deployment.apis[0].tail()


def test_projectors_end_cleanly(deploy, log_kind):
    deployment = deploy(log_kind, apis=1, projectors=2)
    deployment.client().create(initial_message="x")
    for signal_number, projector in zip((signal.SIGTERM, signal.SIGINT), deployment.projectors):
        projector.signal(signal_number)
        assert projector.process.wait(30) == 0, projector.tail()


def test_all_programs_end_cleanly_when_idle(deploy, log_kind):
    deployment = deploy(log_kind)
    codes = deployment.stop()
    assert set(codes.values()) == {0}, codes
