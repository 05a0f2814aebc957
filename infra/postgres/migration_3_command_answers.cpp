#include "infra/postgres/migration_3_command_answers.hpp"

namespace chat {

Migration migration_3_command_answers() {
    return {3, "command answers", R"(
CREATE TABLE command_answers (
    user_id varchar(255) COLLATE "C" NOT NULL,
    command_key varchar(255) COLLATE "C" NOT NULL,
    fingerprint text NOT NULL,
    sequence bigint NOT NULL,
    happened_at timestamptz NOT NULL,
    session_id uuid NOT NULL,
    message_id uuid,
    title varchar(255) NOT NULL,
    message_count bigint NOT NULL,
    last_message_at timestamptz NOT NULL,
    is_active boolean NOT NULL,
    is_deleted boolean NOT NULL,
    PRIMARY KEY (user_id, command_key)
);
CREATE INDEX command_answers_by_age ON command_answers (happened_at);
COMMENT ON TABLE command_answers IS
    'what a command with an Idempotency-Key was answered first: its session right after the event, as far as that can change';
)"};
}

}  // namespace chat
