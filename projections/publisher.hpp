#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>

#include "projections/observer.hpp"
#include "projections/partition_publication.hpp"
#include "projections/partition_workers.hpp"
#include "projections/ports/partition_assignment.hpp"
#include "projections/ports/public_topic.hpp"
#include "projections/ports/publication_store.hpp"
#include "projections/ports/record_source.hpp"

namespace chat {

/// Publishes the partitions that are assigned to it, each by a coroutine of its own. On one executor; `run` once.
class Publisher {
public:
    Publisher(asio::any_io_executor executor, RecordSource& source, PublicTopic& topic, PublicationStore& store,
              PartitionAssignment& assignment, ProjectorObserver& observer, PublisherOptions options);

    /// Until `stop`. Throws what no retry can help with. Cancelling it is the same as `stop`.
    asio::awaitable<void> run() { return workers_.run(); }

    /// What is in flight is finished, then `run` returns.
    void stop() { workers_.stop(); }

    /// Nothing if every partition that is ours gets on; else what is wrong.
    std::optional<std::string> unready() const { return workers_.unready(); }

    /// Records that were skipped as they are no event of ours; since their partitions became ours.
    std::int64_t foreign() const { return workers_.foreign(); }

private:
    PublisherOptions options_;
    PartitionWorkers workers_;
};

}  // namespace chat
