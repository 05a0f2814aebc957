"""GET /api/v1/activity: messages by day and agent type."""
from datetime import datetime, timedelta, timezone

from harness.client import API, SESSIONS

ACTIVITY = f"{API}/activity"


def test_messages_are_counted_as_they_are_written(user):
    assert user.expect(200, "GET", ACTIVITY).json == []
    first = user.create(initial_message="1")
    logs = user.create(agent_type="log_analysis")["id"]
    for _ in range(3):
        user.add(logs, "x", message_type="agent")
    today = first["created_at"][:10]
    response = user.expect(200, "GET", ACTIVITY)
    assert response.json == [{"day": today, "agent_type": "log_analysis", "messages": 3},
                             {"day": today, "agent_type": "primary", "messages": 1}]
    assert response.headers["ETag"] and response.version == "5"
    assert user.send("GET", ACTIVITY, headers={"If-None-Match": response.headers["ETag"]}).status == 304
    user.expect(200, "DELETE", f"{SESSIONS}/{logs}")
    assert user.expect(200, "GET", f"{ACTIVITY}?agent_type=log_analysis").json[0]["messages"] == 3, "deleted ones count too"


def test_days_and_limits(user):
    user.create(initial_message="1")
    tomorrow = (datetime.now(timezone.utc) + timedelta(days=2)).date()
    assert user.expect(200, "GET", f"{ACTIVITY}?from={tomorrow}").json == []
    assert len(user.expect(200, "GET", f"{ACTIVITY}?to={tomorrow}&limit=1").json) == 1
    problem = user.expect(422, "GET", f"{ACTIVITY}?from=2026-02-30&to=x&limit=0&agent_type=none").json
    assert {fault["pointer"] for fault in problem["errors"]} == {"/query/from", "/query/to", "/query/limit",
                                                                 "/query/agent_type"}


def test_only_ones_own(service, user):
    user.create(initial_message="mine")
    assert service.client(1).expect(200, "GET", ACTIVITY).json == []
    assert user.send("GET", ACTIVITY, headers={"Authorization": None}).status == 401
