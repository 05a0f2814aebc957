#pragma once

#include <vector>

#include "infra/postgres/postgres_session.hpp"
#include "projections/replay/user_rows.hpp"

namespace chat {

/// For the test that prepares every statement.
std::vector<const Statement*> replace_user_rows_statements();

/// Within a transaction, until whose end no projector commits: if the partition's checkpoint is from `least` to `most`
/// puts these rows in the place of all that the user has. Gives the checkpoint.
NextOffset replace_user_rows(PostgresSession& tx, Partition partition, NextOffset least, NextOffset most,
                             const UserId& user, const UserRows& rows);

}  // namespace chat
