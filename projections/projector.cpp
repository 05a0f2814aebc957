#include "projections/projector.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <random>
#include <utility>
#include <vector>

namespace chat {

struct Projector::Running {
    PartitionProjection projection;
    StopEvent ended;
};

Projector::Projector(asio::any_io_executor executor, RecordSource& source, ReadModelStore& store,
                     PartitionAssignment& assignment, ProjectorObserver& observer, ProjectorOptions options)
    : executor_(executor),
      source_(source),
      store_(store),
      assignment_(assignment),
      observer_(observer),
      options_(std::move(options)),
      stop_(executor),
      measured_(executor) {
    if (!options_.random)
        options_.random = [engine = std::minstd_rand(std::random_device()())]() mutable {
            return std::uniform_real_distribution<>(0, 1)(engine);
        };
}

Projector::~Projector() = default;

asio::awaitable<void> Projector::run() {
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

asio::awaitable<void> Projector::follow_assignment() {
    std::set<Partition> ours;
    while (!stop_.stopped()) {
        const auto assigned = co_await stop_.unless_stopped(assignment_.changed(ours));
        if (!assigned) co_return;
        ours = *assigned;
        co_await stop_all_but(ours);  // also before one comes back: a partition has one reader at a time
        for (const Partition partition : ours)
            if (!running_.contains(partition)) start(partition);
    }
}

void Projector::start(Partition partition) {
    const auto running = std::make_shared<Running>(
        PartitionProjection(executor_, partition, source_, store_, observer_, options_), StopEvent(executor_));
    running_.emplace(partition, running);
    // Whatever was away for this one was away for others too: they need not wait out their pauses.
    running->projection.on_recovery([this] {
        for (const auto& [other, waiting] : running_) waiting->projection.retry_now();
    });
    asio::co_spawn(executor_, running->projection.run(), [this, running](std::exception_ptr error) {
        fail(error);
        running->ended.stop();
    });
}

asio::awaitable<void> Projector::stop_all_but(std::set<Partition> kept) {
    std::vector<std::shared_ptr<Running>> ending;
    for (auto at = running_.begin(); at != running_.end();) {
        if (kept.contains(at->first)) {
            ++at;
            continue;
        }
        at->second->projection.stop();
        ending.push_back(std::move(at->second));
        at = running_.erase(at);
    }
    for (const auto& running : ending) co_await running->ended.wait();
}

asio::awaitable<void> Projector::measure() {
    auto next_look = SteadyClock::now();
    auto next_lag = next_look;
    while (!stop_.stopped()) {
        if (SteadyClock::now() >= next_look && !running_.empty()) {
            co_await forget_old_answers();
            next_look = SteadyClock::now() + options_.forget_interval;
        }
        const bool lag = SteadyClock::now() >= next_lag;
        if (lag) next_lag = SteadyClock::now() + options_.lag_interval;
        std::vector<std::shared_ptr<Running>> now;
        for (const auto& [partition, running] : running_) now.push_back(running);
        for (const auto& running : now) {
            try {
                co_await running->projection.check_position();
                if (lag) co_await running->projection.measure_lag();
            } catch (const Outage&) {
                // The partition's own loop meets the same outage and tells of it.
            }
        }
        co_await stop_.pause(std::min(options_.check_interval, options_.lag_interval));
    }
}

asio::awaitable<void> Projector::forget_old_answers() {
    try {
        while (!stop_.stopped()) {
            const std::size_t forgotten = co_await store_.forget_answers(options_.answers_kept);
            if (forgotten == 0) co_return;
        }
    } catch (const Outage&) {
        // The partitions' own loops meet the same outage and tell of it; the next look comes.
    }
}

void Projector::fail(const std::exception_ptr& error) {
    if (!error) return;
    if (!failure_) failure_ = error;
    stop();
}

std::optional<std::string> Projector::unready() const {
    for (const auto& [partition, running] : running_)
        if (const auto& trouble = running->projection.trouble())
            return "partition " + std::to_string(partition.value()) + ": " + *trouble;
    return std::nullopt;
}

}  // namespace chat
