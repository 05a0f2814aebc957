#include "infra/postgres/all_statements.hpp"

#include "infra/postgres/append_records.hpp"
#include "infra/postgres/commit_batch.hpp"
#include "infra/postgres/forget_command_answers.hpp"
#include "infra/postgres/forget_publication.hpp"
#include "infra/postgres/list_sessions.hpp"
#include "infra/postgres/load_chats.hpp"
#include "infra/postgres/make_partitions.hpp"
#include "infra/postgres/new_edition.hpp"
#include "infra/postgres/postgres_quarantine.hpp"
#include "infra/postgres/quarantine_streams.hpp"
#include "infra/postgres/read_activity.hpp"
#include "infra/postgres/read_checkpoints.hpp"
#include "infra/postgres/read_command_answer.hpp"
#include "infra/postgres/read_messages.hpp"
#include "infra/postgres/read_metadata.hpp"
#include "infra/postgres/read_publication.hpp"
#include "infra/postgres/read_records.hpp"
#include "infra/postgres/read_streams.hpp"
#include "infra/postgres/read_user_rows.hpp"
#include "infra/postgres/read_version.hpp"
#include "infra/postgres/rebase_checkpoint.hpp"
#include "infra/postgres/replace_user_rows.hpp"
#include "infra/postgres/save_publication.hpp"
#include "infra/postgres/share_partitions.hpp"

namespace chat {

std::vector<const Statement*> all_statements() {
    std::vector<const Statement*> all = list_sessions_statements();
    all.insert(all.end(), {&append_records_sql,
                           &commit_batch_sql,
                           &count_quarantined_sql,
                           &forget_command_answers_sql,
                           &forget_publication_sql,
                           &read_command_answer_sql,
                           &load_chats_sql,
                           &lock_share_sql,
                           &make_partitions_sql,
                           &read_activity_sql,
                           &read_checkpoint_sql,
                           &read_checkpoints_sql,
                           &read_ends_sql,
                           &read_message_sql,
                           &read_messages_above_sql,
                           &read_messages_below_sql,
                           &read_publication_mark_sql,
                           &read_publication_streams_sql,
                           &read_records_sql,
                           &read_shares_sql,
                           &read_streams_sql,
                           &read_version_sql,
                           &save_publication_sql,
                           &show_presence_sql,
                           &unlock_share_sql});
    all.insert(all.end(), {&read_user_sessions_sql, &read_user_messages_sql, &read_user_answers_sql,
                           &read_user_activity_sql, &read_users_after_sql, &read_as_stored_sql});
    all.insert(all.end(), {&new_edition_sql, &move_checkpoint_sql, &read_metadata_sql, &quarantine_streams_sql,
                           &is_quarantined_sql});
    for (const Statement* statement : replace_user_rows_statements()) all.push_back(statement);
    return all;
}

}  // namespace chat
