#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>

#include "events/steady_clock.hpp"
#include "projections/observer.hpp"
#include "projections/partition_projection.hpp"
#include "projections/partition_workers.hpp"
#include "projections/ports/partition_assignment.hpp"
#include "projections/ports/read_model_store.hpp"
#include "projections/ports/record_source.hpp"

namespace chat {

/// Projects the partitions that are assigned to it, each by a coroutine of its own. On one executor; `run` once.
class Projector {
public:
    Projector(asio::any_io_executor executor, RecordSource& source, ReadModelStore& store,
              PartitionAssignment& assignment, ProjectorObserver& observer, ProjectorOptions options);

    /// Until `stop`. Throws what no retry can help with. Cancelling it is the same as `stop`.
    asio::awaitable<void> run() { return workers_.run(); }

    /// Batches in flight are finished, then `run` returns.
    void stop() { workers_.stop(); }

    /// Nothing if every partition that is ours gets on; else what is wrong.
    std::optional<std::string> unready() const { return workers_.unready(); }

    /// Records that were skipped as they are no event of ours; since their partitions became ours.
    std::int64_t foreign() const { return workers_.foreign(); }

private:
    asio::awaitable<void> forget_old_answers();

    ReadModelStore& store_;
    ProjectorOptions options_;
    SteadyClock::time_point next_look_;  // for answers that are too old
    PartitionWorkers workers_;
};

}  // namespace chat
