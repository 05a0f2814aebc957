#pragma once

#include <memory>
#include <vector>

#include "events/record.hpp"
#include "infra/postgres/postgres_session.hpp"

namespace chat {

extern const Statement append_records_sql;

struct NewRecord {
    Partition partition;  // of those that the log has
    std::shared_ptr<const Record> record;
};

/// Appends all in their order, in one statement and so in one transaction, and tells who listens. Returns where each
/// record stands. Offset order is commit order, as a partition's row stays locked until the commit.
std::vector<Offset> append_records(PostgresSession& session, const std::vector<NewRecord>& records);

}  // namespace chat
