#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <cstdint>

#include "projections/fold.hpp"
#include "projections/ports/bulk_loader.hpp"
#include "projections/ports/read_model_store.hpp"
#include "projections/ports/record_source.hpp"

namespace chat {

struct LoadOptions {
    std::int64_t leg_records = 500'000;  // between two commits, at most: what is done again after a crash
    std::size_t leg_bytes = 64 << 20;    // of what is held until the commit (no messages), roughly
    std::int64_t close_enough = 5'000;   // records left to whoever follows the log afterwards
    Time answers_since;                  // older answers to commands are not kept
};

/// What loading has come to so far, for all that load at the same time.
struct LoadCounts {
    std::atomic<std::int64_t> records = 0;
    std::atomic<std::int64_t> events = 0;
    std::atomic<std::int64_t> foreign = 0;
    std::atomic<std::int64_t> quarantined = 0;
    std::atomic<bool> stop = false;  // asked for: end soon, nothing kept of the leg under way
};

/// Folds one partition of the log into a read model that is being made, from its checkpoint there to near the log's
/// end. Blocks its executor's thread while it loads, so that is one of its own. Memory is that of one leg, however long
/// the log. Throws Outage, and LogCut if the read model was begun on another log.
asio::awaitable<void> load_partition(Partition partition, RecordSource& source, ReadModelStore& store,
                                     BulkLoader& loader, const LoadOptions& options, LoadCounts& counts);

}  // namespace chat
