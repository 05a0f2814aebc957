#include "infra/postgres/migration_1_read_model.hpp"

namespace chat {

// Why these indexes: docs/decisions/0002-read-model-indexes.md. No schema is named: the search path decides, so that a
// rebuilt read model can be made beside this one and swapped in by its name.
Migration migration_1_read_model() {
    return {1, "read model", R"(
CREATE TABLE chat_sessions (
    id uuid PRIMARY KEY,
    user_id varchar(255) COLLATE "C" NOT NULL,
    title varchar(255) NOT NULL,
    agent_type varchar(20) COLLATE "C" NOT NULL CHECK (agent_type IN ('primary', 'log_analysis')),
    created_at timestamptz NOT NULL,
    last_message_at timestamptz NOT NULL,
    is_active boolean NOT NULL,
    metadata jsonb NOT NULL DEFAULT '{}',
    message_count bigint NOT NULL DEFAULT 0,
    deleted_at timestamptz,
    changed bigint NOT NULL DEFAULT 0,
    -- Last_message_at for the indexes, but null while active: a message to an active session changes no indexed
    -- column, so the update stays HOT.
    inactive_since timestamptz GENERATED ALWAYS AS (CASE WHEN is_active THEN NULL ELSE last_message_at END) STORED
) WITH (fillfactor = 50);
CREATE INDEX chat_sessions_active ON chat_sessions (user_id) WHERE is_active;
CREATE INDEX chat_sessions_inactive ON chat_sessions (user_id, agent_type, inactive_since DESC, id DESC)
    WHERE inactive_since IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX chat_sessions_deleted ON chat_sessions (user_id, agent_type, inactive_since DESC, id DESC)
    WHERE deleted_at IS NOT NULL;
COMMENT ON COLUMN chat_sessions.changed IS 'sequence of the last event of the user''s stream that changed the row';

CREATE TABLE chat_messages (
    id uuid PRIMARY KEY,
    session_id uuid NOT NULL REFERENCES chat_sessions (id) ON DELETE CASCADE,
    message_type varchar(20) NOT NULL CHECK (message_type IN ('user', 'agent', 'system')),
    content text NOT NULL,
    agent_type varchar(20),
    metadata jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL,
    sequence bigint NOT NULL
);
CREATE UNIQUE INDEX chat_messages_in_session ON chat_messages (session_id, sequence);
COMMENT ON COLUMN chat_messages.sequence IS 'of the event in the user''s stream: the order within the session';

CREATE TABLE user_streams (
    user_id varchar(255) COLLATE "C" PRIMARY KEY,
    version bigint NOT NULL,
    last_event_id uuid,
    last_time timestamptz NOT NULL,
    quarantined_at bigint,
    quarantine_reason text
) WITH (fillfactor = 50);
COMMENT ON COLUMN user_streams.quarantined_at IS
    'offset of the first record that does not follow: the log lacks a part of the stream';

CREATE TABLE checkpoints (
    partition int PRIMARY KEY,
    next_offset bigint NOT NULL,
    last_event_id uuid
) WITH (fillfactor = 10);
COMMENT ON COLUMN checkpoints.next_offset IS 'exclusive: the first offset that is not applied';
)"};
}

}  // namespace chat
