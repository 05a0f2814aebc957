#pragma once

#include <utility>
#include <vector>

#include "events/checkpoint.hpp"
#include "infra/postgres/postgres_session.hpp"

namespace chat {

extern const Statement read_checkpoint_sql;
extern const Statement read_checkpoints_sql;

/// Offset 0 if nothing of the partition was ever applied.
Checkpoint read_checkpoint(PostgresSession& session, Partition partition);

/// Of every partition of which something was applied.
std::vector<std::pair<Partition, Checkpoint>> read_checkpoints(PostgresSession& session);

}  // namespace chat
