#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "events/record.hpp"
#include "infra/postgres/postgres_session.hpp"

namespace chat {

extern const Statement append_records_sql;

struct NewRecord {
    Partition partition;  // of those that the log has
    std::shared_ptr<const Record> record;
    NextOffset least;  // the partition is known to reach that far
};

/// Appends all in their order, in one statement and so in one transaction, and tells who listens. Returns where each
/// record stands. Offset order is commit order, as a partition's row stays locked until the commit. Nothing for all
/// records of a partition that ends before one's `least`: it was cut, and what would follow on it is not stored.
std::vector<std::optional<Offset>> append_records(PostgresSession& session, const std::vector<NewRecord>& records);

}  // namespace chat
