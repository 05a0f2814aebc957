#pragma once

#include <vector>

#include "infra/postgres/postgres_session.hpp"
#include "projections/replay/user_rows.hpp"

namespace chat {

/// For the test that prepares every statement.
std::vector<const Statement*> replace_user_rows_statements();

/// Until the transaction ends no projector commits. Gives the partition's checkpoint.
NextOffset hold_checkpoint(PostgresSession& tx, Partition partition);

/// Within the same transaction, puts these rows in the place of all that the user, who is of that partition, has.
void replace_user_rows(PostgresSession& tx, Partition partition, const UserId& user, const UserRows& rows);

}  // namespace chat
