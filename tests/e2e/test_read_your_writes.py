"""A response after a successful command reflects it: on the same node without help, on any node with Chat-Version."""
from harness.client import SESSIONS
from harness.waiting import wait_until

ROUNDS = 60


def test_at_the_same_node_at_once(user):
    session = user.create()["id"]
    for i in range(ROUNDS):
        message = user.add(session, str(i))
        found = user.session(session, limit=1)
        assert found["messages"] == [message] and found["message_count"] == i + 1
        assert user.messages(session, limit=1) == [message]
        listed = user.sessions()[0]
        assert listed["last_message_at"] == message["created_at"] and listed["message_count"] == i + 1


def test_at_another_node_with_the_version(user, service):
    other = user.at(service.apis[1].port)
    session = user.create()["id"]
    for i in range(ROUNDS):
        writer, reader = (user, other) if i % 2 else (other, user)
        added = writer.expect(201, "POST", f"{SESSIONS}/{session}/messages",
                              json_body={"message_type": "user", "content": str(i)})
        seen = {"Chat-Version": added.version}
        read = reader.expect(200, "GET", f"{SESSIONS}/{session}/messages?limit=1", headers=seen)
        assert read.json == [added.json]
        assert int(read.version) >= int(added.version)
        listed = reader.expect(200, "GET", SESSIONS, headers=seen).json[0]
        assert listed["message_count"] == i + 1


def test_every_kind_of_command_is_seen_at_once(user):
    for _ in range(10):
        session = user.create("first")["id"]
        assert user.session(session)["title"] == "first"
        user.expect(200, "PATCH", f"{SESSIONS}/{session}", json_body={"title": "second"})
        assert user.session(session)["title"] == "second"
        user.expect(200, "DELETE", f"{SESSIONS}/{session}")
        user.expect(404, "GET", f"{SESSIONS}/{session}")
        user.expect(200, "POST", f"{SESSIONS}/{session}/restore")
        assert user.session(session)["title"] == "second"


def test_a_command_at_another_node_knows_what_came_before(user, service):
    """A session just made at one node is not 404 at the other, with nothing sent along: refusals pass a barrier."""
    nodes = (user, user.at(service.apis[1].port))
    for i in range(ROUNDS):
        session = nodes[i % 2].create()["id"]
        nodes[1 - i % 2].add(session, "at the other node")
        nodes[i % 2].expect(200, "DELETE", f"{SESSIONS}/{session}")
        nodes[1 - i % 2].expect(404, "POST", f"{SESSIONS}/{session}/messages",
                                json_body={"message_type": "user", "content": "too late"})


def test_without_the_version_the_other_node_sees_it_soon(user, service):
    session = user.create()["id"]
    other = user.at(service.apis[1].port)
    wait_until(lambda: other.send("GET", f"{SESSIONS}/{session}").status == 200, 10, "the other node to see the session")


def test_a_version_from_the_future_is_answered_in_time(user):
    user.create()
    response = user.expect(200, "GET", SESSIONS, headers={"Chat-Version": "1000"})
    assert response.version == "1", "it answers with what it has, and says so"
