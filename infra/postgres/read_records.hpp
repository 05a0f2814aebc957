#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "events/record.hpp"
#include "infra/postgres/postgres_session.hpp"

namespace chat {

extern const Statement read_records_sql;
extern const Statement read_ends_sql;

struct ReadRecords {
    NextOffset end;  // of the partition, in the same snapshot
    std::vector<StoredRecord> records;
};

/// Records from `next` on, at most `limit`, and no more bytes than a program can hold easily (but at least one record).
/// Throws LogCut if there is a hole.
ReadRecords read_records(PostgresSession& session, Partition partition, NextOffset next, std::size_t limit);

/// The end of each partition, by number.
std::vector<NextOffset> read_ends(PostgresSession& session);

}  // namespace chat
