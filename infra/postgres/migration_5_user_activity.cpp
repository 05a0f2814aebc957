#include "infra/postgres/migration_5_user_activity.hpp"

namespace chat {

// What is there already is counted from the messages: the same as a fold of the log up to the checkpoints, which this
// transaction sees together with them.
Migration migration_5_user_activity() {
    return {5, "user activity", R"(
CREATE TABLE user_activity (
    user_id varchar(255) COLLATE "C" NOT NULL,
    day date NOT NULL,
    agent_type varchar(20) COLLATE "C" NOT NULL,
    messages bigint NOT NULL,
    PRIMARY KEY (user_id, day, agent_type)
) WITH (fillfactor = 50);
COMMENT ON TABLE user_activity IS 'messages by user, day (UTC) and agent type of the session';
LOCK TABLE checkpoints IN SHARE ROW EXCLUSIVE MODE;
INSERT INTO user_activity
SELECT s.user_id, (m.created_at AT TIME ZONE 'UTC')::date, s.agent_type, count(*)
  FROM chat_messages m JOIN chat_sessions s ON s.id = m.session_id
 GROUP BY 1, 2, 3;
)"};
}

}  // namespace chat
