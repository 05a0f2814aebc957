#pragma once

#include <gtest/gtest.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <functional>

namespace chat::test {

namespace asio = boost::asio;

/// Lets everything else run until the condition holds; fails the test at the deadline.
inline asio::awaitable<void> eventually(std::function<bool()> condition,
                                        std::chrono::milliseconds most = std::chrono::seconds(15)) {
    const auto deadline = std::chrono::steady_clock::now() + most;
    asio::steady_timer look(co_await asio::this_coro::executor);
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) {
            ADD_FAILURE() << "did not come true in time";
            co_return;
        }
        look.expires_after(std::chrono::milliseconds(2));
        co_await look.async_wait(asio::use_awaitable);
    }
}

}  // namespace chat::test
