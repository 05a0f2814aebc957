#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>

#include "events/steady_clock.hpp"

namespace chat {

namespace asio = boost::asio;

using SteadyTimer = asio::basic_waitable_timer<SteadyClock, SteadyClock::Waits>;

/// One coroutine waits, another rings; a ring before the wait counts. On one executor. Cancellable.
class WakeUp {
public:
    using Deadline = SteadyClock::time_point;

    explicit WakeUp(const asio::any_io_executor& executor) : timer_(executor) {}

    void ring() {
        rung_ = true;
        timer_.cancel();
    }
    bool rung() const { return rung_; }

    /// True when rung, false at the deadline.
    asio::awaitable<bool> wait(Deadline deadline) {
        if (!rung_) {
            timer_.expires_at(deadline);
            boost::system::error_code
                ignored;  // aborted is a ring, or the coroutine's cancellation, which throws later
            co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
        }
        co_return rung_;
    }

private:
    SteadyTimer timer_;
    bool rung_ = false;
};

}  // namespace chat
