#pragma once

#include <vector>

#include "events/checkpoint.hpp"
#include "events/outage.hpp"
#include "projections/batch.hpp"

namespace chat {

/// Fills a read model that nobody reads yet, leg by leg: messages as they come, then all the rest with the checkpoint,
/// in one transaction. Every call blocks, so it is for a thread of its own. Throws Outage; what was added since the
/// last `finish` is then gone.
class BulkLoader {
public:
    virtual ~BulkLoader() = default;

    virtual void add(const std::vector<MessageRow>& messages) = 0;

    /// Commits what was added with the batch (without messages of its own). False and nothing is kept: the partition's
    /// checkpoint is not at `from`, or not of `to`'s edition.
    virtual bool finish(Partition partition, NextOffset from, const Checkpoint& to, const Batch& batch) = 0;
};

}  // namespace chat
