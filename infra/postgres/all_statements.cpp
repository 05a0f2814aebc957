#include "infra/postgres/all_statements.hpp"

#include "infra/postgres/commit_batch.hpp"
#include "infra/postgres/list_sessions.hpp"
#include "infra/postgres/load_chats.hpp"
#include "infra/postgres/read_checkpoints.hpp"
#include "infra/postgres/read_messages.hpp"
#include "infra/postgres/read_streams.hpp"
#include "infra/postgres/read_version.hpp"

namespace chat {

std::vector<const Statement*> all_statements() {
    std::vector<const Statement*> all = list_sessions_statements();
    all.insert(all.end(), {&commit_batch_sql, &load_chats_sql, &read_checkpoint_sql, &read_checkpoints_sql,
                           &read_message_sql, &read_messages_above_sql, &read_messages_below_sql, &read_streams_sql,
                           &read_version_sql});
    return all;
}

}  // namespace chat
