#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <exception>
#include <optional>
#include <utility>

#include "events/steady_clock.hpp"

namespace chat {

namespace asio = boost::asio;

using SteadyTimer = asio::basic_waitable_timer<SteadyClock, SteadyClock::Waits>;

/// Says once that it is time to end; loops give up at their waits, not in the middle of something. On one executor.
class StopEvent {
public:
    explicit StopEvent(const asio::any_io_executor& executor) : never_(executor, SteadyClock::time_point::max()) {}

    void stop() {
        stopped_ = true;
        never_.expires_at(SteadyClock::time_point::min());  // ends every wait, the later ones too
    }
    bool stopped() const { return stopped_; }

    /// What `work` gives or throws; nothing if the stop came first, and `work` is cancelled then.
    template <class T>
    asio::awaitable<std::optional<T>> unless_stopped(asio::awaitable<T> work) {
        auto group = asio::experimental::make_parallel_group(
            asio::co_spawn(never_.get_executor(), std::move(work), asio::deferred), never_.async_wait(asio::deferred));
        auto ended = co_await group.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
        auto& [order, error, value, stop_error] = ended;
        if (order[0] == 1) co_return std::nullopt;
        if (error) std::rethrow_exception(error);
        co_return std::move(value);
    }

    /// Waits that long, or until the stop.
    asio::awaitable<void> pause(std::chrono::milliseconds time) {
        SteadyTimer timer(never_.get_executor(), time);
        co_await pause(timer);
    }
    /// The same with a timer of the caller's, who may cancel it.
    asio::awaitable<void> pause(SteadyTimer& timer) {
        auto group = asio::experimental::make_parallel_group(timer.async_wait(asio::deferred),
                                                             never_.async_wait(asio::deferred));
        co_await group.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
    }

    /// Waits for the stop.
    asio::awaitable<void> wait() {
        boost::system::error_code ended;
        while (!stopped_ && !ended) co_await never_.async_wait(asio::redirect_error(asio::use_awaitable, ended));
    }

private:
    SteadyTimer never_;
    bool stopped_ = false;
};

}  // namespace chat
