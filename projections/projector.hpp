#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "projections/observer.hpp"
#include "projections/partition_projection.hpp"
#include "projections/ports/partition_assignment.hpp"
#include "projections/ports/read_model_store.hpp"
#include "projections/ports/record_source.hpp"
#include "projections/stop_event.hpp"

namespace chat {

/// Projects the partitions that are assigned to it, each by a coroutine of its own. On one executor; `run` once.
class Projector {
public:
    Projector(asio::any_io_executor executor, RecordSource& source, ReadModelStore& store,
              PartitionAssignment& assignment, ProjectorObserver& observer, ProjectorOptions options);
    ~Projector();

    /// Until `stop`. Throws what no retry can help with. Cancelling it is the same as `stop`.
    asio::awaitable<void> run();

    /// Batches in flight are finished, then `run` returns.
    void stop() { stop_.stop(); }

    /// Nothing if every partition that is ours gets on; else what is wrong.
    std::optional<std::string> unready() const;

private:
    struct Running;
    asio::awaitable<void> follow_assignment();
    asio::awaitable<void> measure();
    asio::awaitable<void> forget_old_answers();
    void start(Partition partition);
    asio::awaitable<void> stop_all_but(std::set<Partition> kept);
    void fail(const std::exception_ptr& error);

    asio::any_io_executor executor_;
    RecordSource& source_;
    ReadModelStore& store_;
    PartitionAssignment& assignment_;
    ProjectorObserver& observer_;
    ProjectorOptions options_;
    StopEvent stop_;
    StopEvent measured_;  // the measuring coroutine has ended
    std::map<Partition, std::shared_ptr<Running>> running_;
    std::exception_ptr failure_;  // of a coroutine besides `run`: ends all
};

}  // namespace chat
