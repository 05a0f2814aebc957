#pragma once

#include <optional>

#include "infra/postgres/binary_copy.hpp"
#include "infra/postgres/bulk_connection.hpp"
#include "projections/ports/bulk_loader.hpp"

namespace chat {

/// Loads by COPY: messages always, all else while nothing of the partition is there yet. Later what is there changes
/// too, so that takes the projector's own statement.
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
    std::optional<BinaryCopy> messages_;
};

}  // namespace chat
