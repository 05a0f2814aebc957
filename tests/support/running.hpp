#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <exception>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>

#include "tests/support/slower.hpp"

namespace chat::test {

namespace asio = boost::asio;

/// Lets `run()` of an adapter run beside a test; ends it, and waits for its end, when the test is over.
class Running {
public:
    Running(asio::io_context& io, asio::awaitable<void> run) : io_(io) {
        asio::co_spawn(io, std::move(run),
                       asio::bind_cancellation_slot(cancel_.slot(), [this](std::exception_ptr) { ended_ = true; }));
    }
    ~Running() { end(); }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

    void end() {
        // Boost 1.83 throws out of the context for a coroutine that is cancelled before it began.
        io_.restart();
        io_.poll();
        if (ended_) return;
        cancel_.emit(asio::cancellation_type::terminal);
        io_.restart();
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10) * slower;
        while (!ended_ && io_.run_one_until(deadline) > 0) continue;
    }

private:
    asio::io_context& io_;
    asio::cancellation_signal cancel_;
    bool ended_ = false;
};

/// Asks again and again until it is so. Throws when it does not become so in time, which is longer under a sanitizer.
inline asio::awaitable<void> until(std::function<bool()> it_is_so, std::string what,
                                   std::chrono::seconds most = std::chrono::seconds(30)) {
    const auto deadline = std::chrono::steady_clock::now() + most * slower;
    asio::steady_timer pause(co_await asio::this_coro::executor);
    while (!it_is_so()) {
        if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("waited in vain: " + what);
        pause.expires_after(std::chrono::milliseconds(5));
        co_await pause.async_wait(asio::use_awaitable);
    }
}

}  // namespace chat::test
