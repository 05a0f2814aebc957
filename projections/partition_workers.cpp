#include "projections/partition_workers.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>
#include <vector>

#include "events/outage.hpp"

namespace chat {

struct PartitionWorkers::Running {
    std::unique_ptr<PartitionWorker> worker;
    StopEvent ended;
};

PartitionWorkers::PartitionWorkers(asio::any_io_executor executor, PartitionAssignment& assignment, Make make,
                                   Intervals intervals)
    : executor_(executor),
      assignment_(assignment),
      make_(std::move(make)),
      intervals_(intervals),
      stop_(executor),
      measured_(executor) {}

PartitionWorkers::~PartitionWorkers() = default;

asio::awaitable<void> PartitionWorkers::run() {
    asio::co_spawn(executor_, measure(), [this](std::exception_ptr error) {
        fail(error);
        measured_.stop();
    });
    std::exception_ptr failure;
    try {
        co_await follow_assignment();
    } catch (...) {
        failure = std::current_exception();
    }
    const auto cancellation = co_await asio::this_coro::cancellation_state;
    const bool cancelled = cancellation.cancelled() != asio::cancellation_type::none;
    // Whatever ended this, the partitions' coroutines must not outlive it.
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    stop();
    co_await stop_all_but({});
    co_await measured_.wait();
    if (failure_) std::rethrow_exception(failure_);
    if (failure && !cancelled) std::rethrow_exception(failure);
}

asio::awaitable<void> PartitionWorkers::follow_assignment() {
    std::optional<std::set<Partition>> ours;
    while (!stop_.stopped()) {
        const auto assigned = co_await stop_.unless_stopped(assignment_.changed(ours));
        if (!assigned) co_return;
        ours = *assigned;
        co_await stop_all_but(*ours);  // also before one comes back: a partition has one reader at a time
        for (const Partition partition : *ours)
            if (!running_.contains(partition)) start(partition);
        assigned_ = true;
    }
}

void PartitionWorkers::start(Partition partition) {
    const auto running = std::make_shared<Running>(make_(partition), StopEvent(executor_));
    running_.emplace(partition, running);
    // Whatever was away for this one was away for others too: they need not wait out their pauses.
    running->worker->on_recovery([this] {
        for (const auto& [other, waiting] : running_) waiting->worker->retry_now();
    });
    asio::co_spawn(executor_, running->worker->run(), [this, running](std::exception_ptr error) {
        fail(error);
        running->ended.stop();
    });
}

asio::awaitable<void> PartitionWorkers::stop_all_but(std::set<Partition> kept) {
    std::vector<std::shared_ptr<Running>> ending;
    for (auto at = running_.begin(); at != running_.end();) {
        if (kept.contains(at->first)) {
            ++at;
            continue;
        }
        at->second->worker->stop();
        ending.push_back(std::move(at->second));
        at = running_.erase(at);
    }
    for (const auto& running : ending) co_await running->ended.wait();
}

asio::awaitable<void> PartitionWorkers::measure() {
    auto next_lag = SteadyClock::now();
    while (!stop_.stopped()) {
        const bool lag = SteadyClock::now() >= next_lag;
        if (lag) next_lag = SteadyClock::now() + intervals_.lag;
        if (lag && chore_ && !running_.empty()) co_await chore_();
        std::vector<std::shared_ptr<Running>> now;
        for (const auto& [partition, running] : running_) now.push_back(running);
        for (const auto& running : now) {
            try {
                co_await running->worker->check_position();
                if (lag) co_await running->worker->measure_lag();
            } catch (const Outage&) {
                // The partition's own loop meets the same outage and tells of it.
            }
        }
        co_await stop_.pause(std::min(intervals_.check, intervals_.lag));
    }
}

void PartitionWorkers::fail(const std::exception_ptr& error) {
    if (!error) return;
    if (!failure_) failure_ = error;
    stop();
}

std::optional<std::string> PartitionWorkers::unready() const {
    if (!assigned_) return "it has not been told its partitions yet";
    std::string troubles;
    for (const auto& [partition, running] : running_) {
        const auto& trouble = running->worker->trouble();
        if (!trouble) continue;
        if (!troubles.empty()) troubles += '\n';
        troubles += "partition " + std::to_string(partition.value()) + ": " + *trouble;
    }
    return troubles.empty() ? std::nullopt : std::optional(std::move(troubles));
}

std::int64_t PartitionWorkers::foreign() const {
    std::int64_t foreign = 0;
    for (const auto& [partition, running] : running_) foreign += running->worker->foreign();
    return foreign;
}

}  // namespace chat
