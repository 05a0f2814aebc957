"""The read model's tables, as whoever queries them with SQL sees them."""
import pytest

from harness.postgres import psql
from harness.waiting import wait_until

COLUMNS = {
    "chat_sessions": {"id": "uuid", "user_id": "character varying(255)", "title": "character varying(255)",
                      "agent_type": "character varying(20)", "created_at": "timestamp with time zone",
                      "last_message_at": "timestamp with time zone", "is_active": "boolean", "metadata": "jsonb"},
    "chat_messages": {"id": "uuid", "session_id": "uuid", "message_type": "character varying(20)", "content": "text",
                      "agent_type": "character varying(20)", "metadata": "jsonb", "created_at": "timestamp with time zone"},
}


@pytest.mark.parametrize("table", COLUMNS)
def test_columns_and_their_types(service, table):
    rows = psql(service.database, f"""
        SELECT attname, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute
         WHERE attrelid = '{table}'::regclass AND attnum > 0 AND NOT attisdropped""")
    found = {name: kind for name, kind, _ in rows}
    assert {name: found.get(name) for name in COLUMNS[table]} == COLUMNS[table]
    optional = {name for name, _, not_null in rows if not_null == "f"}
    assert not optional & (set(COLUMNS[table]) - {"agent_type"})


@pytest.mark.parametrize("statement", [
    "INSERT INTO chat_sessions VALUES (gen_random_uuid(), 'u', 't', 'secondary', now(), now(), true)",
    "INSERT INTO chat_sessions VALUES (gen_random_uuid(), 'u', repeat('t', 256), 'primary', now(), now(), true)",
    "INSERT INTO chat_sessions VALUES (gen_random_uuid(), NULL, 't', 'primary', now(), now(), true)",
    "INSERT INTO chat_messages SELECT gen_random_uuid(), id, 'robot', 'x', NULL, '{}', now(), 1 FROM one",
    "INSERT INTO chat_messages SELECT gen_random_uuid(), id, 'user', 'x', repeat('t', 21), '{}', now(), 1 FROM one",
    "INSERT INTO chat_messages VALUES (gen_random_uuid(), gen_random_uuid(), 'user', 'x', NULL, '{}', now(), 1)",
])
def test_the_database_holds_the_rules_too(service, statement):
    one = ("INSERT INTO chat_sessions VALUES (gen_random_uuid(), 'schema-test', 't', 'primary', now(), now(), true); "
           "CREATE TEMP TABLE one AS SELECT id FROM chat_sessions WHERE user_id = 'schema-test'; ")
    psql(service.database, f"BEGIN; {one} ROLLBACK")
    with pytest.raises(AssertionError, match="ERROR"):
        psql(service.database, f"BEGIN; {one} {statement}; ROLLBACK")


def test_rows_say_what_the_api_says(service, user):
    session = user.create("for SQL", metadata={"n": 1.50})
    user.add(session["id"], "hello", message_type="agent", metadata={"tokens": 3})

    def row():
        return psql(service.database, f"""SELECT title, agent_type, is_active, message_count, metadata->>'n'
                                            FROM chat_sessions WHERE id = '{session['id']}'""")

    wait_until(lambda: row() and row()[0][3] == "1", 20, "the projector")
    assert row() == [["for SQL", "primary", "t", "1", "1.5"]]
    assert psql(service.database, f"""SELECT message_type, content, metadata->>'tokens' FROM chat_messages
                                       WHERE session_id = '{session['id']}'""") == [["agent", "hello", "3"]]
