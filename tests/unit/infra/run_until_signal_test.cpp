#include "infra/config/run_until_signal.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include "events/outage.hpp"

namespace chat {
namespace {

using namespace std::chrono_literals;

asio::awaitable<void> nothing() { co_return; }

asio::awaitable<void> forever(bool* cancelled = nullptr) {
    asio::steady_timer never(co_await asio::this_coro::executor, std::chrono::steady_clock::time_point::max());
    try {
        co_await never.async_wait(asio::use_awaitable);
    } catch (...) {
        if (cancelled) *cancelled = true;
        throw;
    }
}

asio::awaitable<void> background(bool* cancelled) { return forever(cancelled); }

std::vector<asio::awaitable<void>> only(asio::awaitable<void> work) {
    std::vector<asio::awaitable<void>> all;
    all.push_back(std::move(work));
    return all;
}

TEST(RunUntilSignal, EndsWithItsWorkAndCancelsWhatRunsBeside) {
    asio::io_context io;
    bool cancelled = false;
    const int code = run_until_signal(io, 5s, {only(background(&cancelled)), nothing, nothing, [] {}});
    EXPECT_EQ(code, 0);
    EXPECT_TRUE(cancelled);
}

TEST(RunUntilSignal, ThrowsWhatTheWorkThrows) {
    asio::io_context io;
    const auto fail = []() -> asio::awaitable<void> {
        throw Outage("no log");
        co_return;
    };
    EXPECT_THROW(run_until_signal(io, 5s, {{}, fail, nothing, [] {}}), Outage);
    asio::io_context second;
    EXPECT_THROW(run_until_signal(second, 5s, {{}, nothing, fail, [] {}}), Outage);
    asio::io_context third;
    EXPECT_THROW(run_until_signal(third, 5s, {only(fail()), nothing, [] { return forever(); }, [] {}}), Outage);
}

TEST(RunUntilSignal, AsksToStopOnASignalAndWaitsForTheEnd) {
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) {
        asio::io_context io;
        asio::steady_timer stopped(io, std::chrono::steady_clock::time_point::max());
        const auto serve = [&]() -> asio::awaitable<void> {
            std::raise(signal);
            boost::system::error_code ignored;
            co_await stopped.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
        };
        EXPECT_EQ(run_until_signal(io, 5s, {{}, nothing, serve, [&] { stopped.cancel(); }}), 0);
    }
}

TEST(RunUntilSignal, GoesOnWithoutItsTerminalUnderNohup) {
    struct sigaction before {};
    struct sigaction ignore {};
    ignore.sa_handler = SIG_IGN;
    ASSERT_EQ(::sigaction(SIGHUP, &ignore, &before), 0);
    asio::io_context io;
    bool stopped = false;
    const auto serve = []() -> asio::awaitable<void> {
        std::raise(SIGHUP);
        co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
    };
    EXPECT_EQ(run_until_signal(io, 5s, {{}, nothing, serve, [&] { stopped = true; }}), 0);
    EXPECT_FALSE(stopped);
    ::sigaction(SIGHUP, &before, nullptr);
}

TEST(RunUntilSignal, GivesUpAStartAtOnce) {
    asio::io_context io;
    const auto start = []() -> asio::awaitable<void> {
        std::raise(SIGTERM);
        return forever();
    };
    bool served = false;
    const auto serve = [&]() -> asio::awaitable<void> {
        served = true;
        co_return;
    };
    EXPECT_EQ(run_until_signal(io, 5s, {{}, start, serve, [] {}}), 0);
    EXPECT_FALSE(served);
}

TEST(RunUntilSignal, DropsWhatDoesNotEndInTime) {
    asio::io_context io;
    const auto serve = []() -> asio::awaitable<void> {
        std::raise(SIGTERM);
        return forever();
    };
    EXPECT_EQ(run_until_signal(io, 1ms, {{}, nothing, serve, [] {}}), 1);
}

TEST(RunUntilSignal, TellsSystemdWhenItIsReady) {
    const std::string path = testing::TempDir() + "notify." + std::to_string(::getpid());
    const int socket = ::socket(AF_UNIX, SOCK_DGRAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    ASSERT_EQ(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
    asio::io_context io;
    EXPECT_EQ(run_until_signal(io, 5s, {{}, nothing, nothing, [] {}}), 0);
    ::unsetenv("NOTIFY_SOCKET");
    char buffer[64];
    const ssize_t size = ::recv(socket, buffer, sizeof buffer, MSG_DONTWAIT);
    EXPECT_EQ(std::string(buffer, size > 0 ? static_cast<std::size_t>(size) : 0), "READY=1");
    ::close(socket);
    ::unlink(path.c_str());
}

TEST(FirstOf, EndsWithTheFirstFailure) {
    asio::io_context io;
    bool cancelled = false;
    const auto serve = [&]() -> asio::awaitable<void> {
        std::vector<asio::awaitable<void>> work;
        work.push_back(background(&cancelled));
        work.push_back([]() -> asio::awaitable<void> {
            throw std::runtime_error("first");
            co_return;
        }());
        return first_of(std::move(work));
    };
    EXPECT_THROW(run_until_signal(io, 5s, {{}, nothing, serve, [] {}}), std::runtime_error);
    EXPECT_TRUE(cancelled);
}

}  // namespace
}  // namespace chat
