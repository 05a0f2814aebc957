#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>

#include "events/ids.hpp"
#include "projections/observer.hpp"
#include "projections/setbacks.hpp"
#include "projections/stop_event.hpp"

namespace chat {

/// The position is not where the worker had left it, or may not be. It is read again.
class PositionLost : public std::runtime_error {
public:
    using runtime_error::runtime_error;
};

/// One worker's attempts to get on with a partition: again after every failure, which the observer is told of, with
/// pauses that grow. On one executor.
class PartitionAttempts {
public:
    struct Pauses {
        std::chrono::milliseconds least;  // after the first failure
        std::chrono::milliseconds longest;
        std::function<double()> random;  // in [0, 1), for jitter
    };

    PartitionAttempts(const asio::any_io_executor& executor, Partition partition, ProjectorObserver& observer,
                      Pauses pauses);

    /// Until `stop`; an attempt returns when it is stopped. Throws what is no Outage, LogCut or PositionLost.
    asio::awaitable<void> run(std::function<asio::awaitable<void>()> attempt);

    void stop() { stop_.stop(); }
    bool stopped() const { return stop_.stopped(); }
    template <class T>
    asio::awaitable<std::optional<T>> unless_stopped(asio::awaitable<T> work) {
        return stop_.unless_stopped(std::move(work));
    }

    /// Ends a pause now.
    void retry_now() { pause_.cancel(); }
    /// Called when things go well after a failure. Set before `run`.
    void on_recovery(std::function<void()> hook) { recovered_ = std::move(hook); }
    void went_well();
    /// The last failure; nothing if it went well since.
    const std::optional<std::string>& trouble() const { return setbacks_.trouble(); }

private:
    Partition partition_;
    ProjectorObserver& observer_;
    Pauses pauses_;
    StopEvent stop_;
    SteadyTimer pause_;
    std::function<void()> recovered_;
    Setbacks setbacks_;
};

}  // namespace chat
