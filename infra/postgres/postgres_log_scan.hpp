#pragma once

#include <optional>

#include "infra/postgres/bulk_connection.hpp"
#include "projections/ports/record_source.hpp"

namespace chat {

/// Reads the log in PostgreSQL in bulk: by COPY, which takes the server a fifth of the time of the query that follows
/// the log. Blocks its thread in `read`; at the log's end it leaves the waiting to the log itself. On one executor.
class PostgresLogScan final : public RecordSource {
public:
    /// `log` is the same log. Connects.
    PostgresLogScan(RecordSource& log, const PostgresOptions& options) : log_(log), connection_(options) {}

    std::int32_t partitions() const override { return log_.partitions(); }
    asio::awaitable<std::vector<StoredRecord>> read(Partition partition, NextOffset next, std::size_t limit) override;
    asio::awaitable<NextOffset> end(Partition partition) override { return log_.end(partition); }

private:
    void seek(Partition partition, NextOffset next);
    std::vector<StoredRecord> take(std::size_t limit);

    RecordSource& log_;
    BulkConnection connection_;
    bool copying_ = false;
    Partition partition_;
    NextOffset next_;  // what the COPY gives next
};

}  // namespace chat
