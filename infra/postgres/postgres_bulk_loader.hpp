#pragma once

#include <string>

#include "infra/postgres/bulk_connection.hpp"
#include "projections/ports/bulk_loader.hpp"

namespace chat {

/// Loads by COPY, and what is not messages by the projector's own statement.
class PostgresBulkLoader final : public BulkLoader {
public:
    /// Connects.
    explicit PostgresBulkLoader(const PostgresOptions& options) : connection_(options) {}

    void add(const std::vector<MessageRow>& messages) override;
    bool finish(Partition partition, NextOffset from, const Checkpoint& to, const Batch& batch) override;

private:
    void begin();

    BulkConnection connection_;
    bool in_transaction_ = false;
    bool copying_ = false;
    std::string buffer_;
};

}  // namespace chat
