#pragma once

#include <string>
#include <utility>
#include <vector>

#include "events/checkpoint.hpp"
#include "infra/postgres/postgres_session.hpp"

namespace chat {

extern const Statement move_checkpoint_sql;

/// Within the transaction that holds the partition: its checkpoint becomes `to`, in another edition, and these streams
/// are quarantined there, each with its reason.
void rebase_checkpoint(PostgresSession& tx, Partition partition, const Checkpoint& to,
                       const std::vector<std::pair<UserId, std::string>>& quarantined);

}  // namespace chat
