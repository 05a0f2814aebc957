"""Many writers at two nodes: what was acknowledged exists once, in one order that both nodes show."""
import concurrent.futures

from harness.client import SESSIONS

THREADS = 16
EACH = 25


def in_parallel(work, count=THREADS):
    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        return [result for results in pool.map(work, range(count)) for result in results]


def test_two_nodes_append_to_one_session(user, service):
    session = user.create()["id"]

    def write(worker):
        client = user.at(service.apis[worker % 2].port)
        acknowledged = []
        for i in range(EACH):
            response = client.send("POST", f"{SESSIONS}/{session}/messages",
                                   json_body={"message_type": "user", "content": f"{worker}-{i}"})
            assert response.status in (201, 409), response
            if response.status == 201:
                acknowledged.append((response.json, int(response.version)))
        return acknowledged

    acknowledged = in_parallel(write)
    assert len(acknowledged) > THREADS * EACH * 0.9, "conflicts are the exception"
    last = max(version for _, version in acknowledged)
    assert len({version for _, version in acknowledged}) == len(acknowledged), "each event has its own number"

    at_nodes = []
    for api in service.apis:
        reader = user.at(api.port)
        reader.expect(200, "GET", SESSIONS, headers={"Chat-Version": str(last)})
        at_nodes.append(reader.all_messages(session))
    assert at_nodes[0] == at_nodes[1]
    stored = at_nodes[0]
    by_version = [message for message, version in sorted(acknowledged, key=lambda pair: pair[1])]
    assert [m["id"] for m in stored] == [m["id"] for m in by_version], "exactly what was acknowledged, in its order"
    assert stored == by_version
    times = [m["created_at"] for m in stored]
    assert times == sorted(times)
    for worker in range(THREADS):
        own = [m["content"] for m in stored if m["content"].startswith(f"{worker}-")]
        assert own == sorted(own, key=lambda content: int(content.split("-")[1])), "a client's own order is kept"


def test_two_nodes_create_sessions_of_one_user(user, service):
    def create(worker):
        client = user.at(service.apis[worker % 2].port)
        answers = [client.send("POST", SESSIONS, json_body={"title": "x", "agent_type": "primary"}) for _ in range(5)]
        assert {answer.status for answer in answers} <= {201, 409}
        return [(answer.json["id"], int(answer.version)) for answer in answers if answer.status == 201]

    created = in_parallel(create, 8)
    assert len({session for session, _ in created}) == len(created)
    seen = {"Chat-Version": str(max(version for _, version in created))}
    listed, page = [], user.expect(200, "GET", f"{SESSIONS}?state=all&limit=10", headers=seen)
    while page:
        listed += [s["id"] for s in page.json]
        page = page.link("next") and user.expect(200, "GET", page.link("next"), headers=seen)
    assert sorted(listed) == sorted(session for session, _ in created)
    assert listed == [session for session, _ in sorted(created, key=lambda pair: -pair[1])], "the last created first"
    assert [s["id"] for s in user.sessions()] == listed[:5]
    assert [s["id"] for s in user.sessions(state="inactive", limit=100)] == listed[5:]


def test_many_users_at_once(service):
    def one_user(worker):
        client = service.client(worker % 2)
        session = client.create()["id"]
        for i in range(10):
            client.add(session, f"{worker} says {i}")
        assert [m["content"] for m in client.session(session)["messages"]] == [f"{worker} says {i}" for i in range(10)]
        return [session]

    assert len(set(in_parallel(one_user, 24))) == 24
