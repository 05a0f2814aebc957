#pragma once

#include <optional>
#include <string>
#include <vector>

#include "infra/postgres/postgres_session.hpp"
#include "projections/replay/user_rows.hpp"

namespace chat {

extern const Statement read_user_sessions_sql;
extern const Statement read_user_messages_sql;
extern const Statement read_user_answers_sql;
extern const Statement read_user_activity_sql;
extern const Statement read_users_after_sql;
extern const Statement read_as_stored_sql;

/// All rows of these users of the partition, by several statements: in one snapshot only within a transaction that
/// keeps one.
RowsByUser read_user_rows(PostgresSession& session, Partition partition, const std::vector<UserId>& users);

/// Users of whom there is any row, in order, after `last`, at most `limit`.
std::vector<UserId> read_users_after(PostgresSession& session, const std::optional<UserId>& last, std::size_t limit);

/// JSON texts as jsonb writes them.
std::vector<std::string> read_as_stored(PostgresSession& session, const std::vector<std::string>& json);

}  // namespace chat
