#pragma once

#include <gtest/gtest.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <exception>
#include <functional>
#include <utility>

#include "tests/support/slower.hpp"

namespace chat::test {

namespace asio = boost::asio;

/// Runs the coroutine on the context until it is done, with everything else that runs there. Rethrows what it throws;
/// fails the test if it takes longer than `most`, or several times that under a sanitizer.
inline void run(asio::io_context& io, std::function<asio::awaitable<void>()> body,
                std::chrono::seconds most = std::chrono::seconds(20)) {
    bool done = false;
    std::exception_ptr error;
    asio::co_spawn(io, std::move(body), [&](std::exception_ptr thrown) {
        error = thrown;
        done = true;
        io.stop();
    });
    io.restart();
    io.run_for(most * slower);
    if (error) std::rethrow_exception(error);
    ASSERT_TRUE(done) << "the coroutine did not end in time";
}

/// Starts the coroutine and lets it run beside others; what it throws ends the test program.
inline void spawn(asio::io_context& io, std::function<asio::awaitable<void>()> body) {
    asio::co_spawn(io, std::move(body), [](std::exception_ptr thrown) {
        if (thrown) std::rethrow_exception(thrown);
    });
}

}  // namespace chat::test
