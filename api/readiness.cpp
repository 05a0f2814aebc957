#include "api/readiness.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

#include "events/damage.hpp"

namespace chat {

asio::awaitable<std::vector<std::string>> Readiness::missing() {
    std::vector<std::string> missing;
    const auto database = co_await fault_of(ask_database());
    if (database) missing.push_back("the database: " + *database);
    const auto log = co_await fault_of(ask_log());
    if (log) missing.push_back("the event log: " + *log);
    if (const auto tails = commands_.outage()) missing.push_back("the tail of the event log: " + *tails);
    co_return missing;
}

asio::awaitable<std::vector<std::string>> Readiness::damage() {
    std::vector<std::string> damage = commands_.damage();
    std::int64_t streams = 0;
    const auto fault = co_await fault_of(count_quarantined(streams));
    if (!fault && streams > 0) damage.push_back(quarantined_streams(streams));
    co_return damage;
}

asio::awaitable<void> Readiness::count_quarantined(std::int64_t& streams) { streams = co_await quarantine_.streams(); }

asio::awaitable<void> Readiness::ask_database() { co_await queries_.version(Partition(0), UserId("readiness")); }

asio::awaitable<void> Readiness::ask_log() { co_await log_.end(Partition(0)); }

/// An Outage as a value: `||` would wait for the other side if this one threw.
asio::awaitable<std::optional<std::string>> Readiness::caught(asio::awaitable<void> question) {
    try {
        co_await std::move(question);
    } catch (const Outage&) {
        // Its text is for the log, not for whoever can reach this port: it may name hosts and users.
        co_return "no answer";
    }
    co_return std::nullopt;
}

asio::awaitable<std::optional<std::string>> Readiness::fault_of(asio::awaitable<void> question) {
    using asio::experimental::awaitable_operators::operator||;
    asio::steady_timer timer(co_await asio::this_coro::executor, patience_);
    const auto first = co_await (caught(std::move(question)) || timer.async_wait(asio::use_awaitable));
    if (first.index() == 1) co_return "no answer in time";
    co_return std::get<0>(first);
}

}  // namespace chat
