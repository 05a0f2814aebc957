#pragma once

#include <gtest/gtest.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <exception>
#include <functional>
#include <utility>

#include "tests/support/slower.hpp"

namespace chat::test {

namespace asio = boost::asio;

/// Lets everything else run until the condition holds; fails the test at the deadline.
inline asio::awaitable<void> eventually(std::function<bool()> condition,
                                        std::chrono::milliseconds most = std::chrono::seconds(15)) {
    const auto deadline = std::chrono::steady_clock::now() + most * slower;
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

/// Runs the background while the body does; what the body throws fails the test.
inline asio::awaitable<void> while_running(asio::awaitable<void> background, asio::awaitable<void> body) {
    using namespace asio::experimental::awaitable_operators;
    // `||` goes on when one side throws, so nothing may.
    auto guarded = [](asio::awaitable<void> work) -> asio::awaitable<void> {
        try {
            co_await std::move(work);
        } catch (const std::exception& error) {
            ADD_FAILURE() << error.what();
        }
    };
    auto work = guarded(std::move(body));
    co_await (std::move(work) || std::move(background));
}

}  // namespace chat::test
