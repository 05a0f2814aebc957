#pragma once

#include "events/checkpoint.hpp"
#include "infra/postgres/bulk_connection.hpp"
#include "infra/postgres/postgres_session.hpp"
#include "projections/batch.hpp"

namespace chat {

extern const Statement commit_batch_sql;

/// All of a batch in one statement, and so in one transaction and one round trip. False and nothing changed: the
/// checkpoint is not at `from`, or not of `to`'s edition.
bool commit_batch(PostgresSession& session, Partition partition, NextOffset from, const Checkpoint& to,
                  const Batch& batch);

/// The same as a part of what a bulk load does in one transaction.
bool commit_batch(BulkConnection& connection, Partition partition, NextOffset from, const Checkpoint& to,
                  const Batch& batch);

}  // namespace chat
