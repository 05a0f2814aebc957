#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "events/ids.hpp"
#include "projections/partition_worker.hpp"
#include "projections/ports/partition_assignment.hpp"
#include "projections/stop_event.hpp"

namespace chat {

/// Has one worker on each partition that is assigned to this process. On one executor; `run` once.
class PartitionWorkers {
public:
    using Make = std::function<std::unique_ptr<PartitionWorker>(Partition)>;
    struct Intervals {
        std::chrono::milliseconds lag;    // between two measurements
        std::chrono::milliseconds check;  // between two looks at the position
    };

    PartitionWorkers(asio::any_io_executor executor, PartitionAssignment& assignment, Make make, Intervals intervals);
    ~PartitionWorkers();

    /// Done before each measurement of the lag, while there is a partition to work on. Set before `run`.
    void besides(std::function<asio::awaitable<void>()> chore) { chore_ = std::move(chore); }

    /// Until `stop`. Throws what no retry can help with. Cancelling it is the same as `stop`.
    asio::awaitable<void> run();
    /// What is in flight is finished, then `run` returns.
    void stop() { stop_.stop(); }
    bool stopped() const { return stop_.stopped(); }

    /// Nothing if it was told which partitions are ours and each of them gets on; else what is wrong, a line for
    /// each.
    std::optional<std::string> unready() const;

    /// Records of the partitions that are ours that are no event of ours; since they became ours.
    std::int64_t foreign() const;

private:
    struct Running;
    asio::awaitable<void> follow_assignment();
    asio::awaitable<void> measure();
    void start(Partition partition);
    asio::awaitable<void> stop_all_but(std::set<Partition> kept);
    void fail(const std::exception_ptr& error);

    asio::any_io_executor executor_;
    PartitionAssignment& assignment_;
    Make make_;
    Intervals intervals_;
    std::function<asio::awaitable<void>()> chore_;
    StopEvent stop_;
    StopEvent measured_;  // the measuring coroutine has ended
    std::map<Partition, std::shared_ptr<Running>> running_;
    bool assigned_ = false;       // since it was told for the first time, if only that none are ours
    std::exception_ptr failure_;  // of a coroutine besides `run`: ends all
};

}  // namespace chat
