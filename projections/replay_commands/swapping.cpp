#include "projections/replay_commands/swapping.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <stdexcept>
#include <utility>

#include "infra/postgres/fields.hpp"
#include "infra/postgres/postgres_session.hpp"
#include "infra/wiring/start.hpp"
#include "projections/replay_commands/progress_display.hpp"

namespace chat {
namespace {

using Clock = std::chrono::steady_clock;

/// "chat" and "rebl" in ASCII.
constexpr const char* lock_sql = "SELECT pg_try_advisory_lock(x'63686174'::int, x'7265626c'::int)";

/// How long projectors may be held off while the new read model applies what they had applied before.
constexpr std::chrono::seconds projectors_wait{2};
constexpr int attempts = 120;

asio::awaitable<void> pause(Work& work, std::chrono::milliseconds time) {
    asio::steady_timer timer(work.executor, time);
    co_await timer.async_wait(asio::use_awaitable);
}

PostgresOptions one_connection(const Settings& settings) {
    PostgresOptions options = patient(settings);
    options.connections = 1;
    return options;
}

/// One attempt; throws Outage if it has to be made again.
asio::awaitable<void> try_to_swap(Work& work, PostgresPool& connection, SchemaNames names, std::string schema,
                                  Follower& follower) {
    auto held_off = connection.run([names, schema](PostgresSession& session) {
        session.exec("BEGIN");
        hold_off_vacuum(session, names, schema);
        hold_off_projectors(session);
    });
    co_await std::move(held_off);
    const auto deadline = Clock::now() + projectors_wait;
    while (true) {
        auto asked =
            connection.run([names, schema](PostgresSession& session) { return has_caught_up(session, names, schema); });
        const bool there = co_await std::move(asked);
        if (there) break;
        if (Clock::now() > deadline) throw Outage("the new read model does not catch up with the live one");
        co_await pause(work, std::chrono::milliseconds(5));
    }
    co_await follower.stop();
    const std::string log = event_log_name(work.settings);
    auto exchanged = connection.run([names, schema, log](PostgresSession& session) {
        hold_off_all(session, names, schema);
        if (!has_caught_up(session, names, schema)) throw Outage("the new read model is behind the live one");
        exchange(session, names, schema, log);
        session.exec("COMMIT");
    });
    co_await std::move(exchanged);
}

/// Ends the transaction of an attempt that failed; true if it had been committed all the same.
asio::awaitable<bool> undo(PostgresPool& connection, std::string schema) {
    auto undone = connection.run([schema](PostgresSession& session) {
        session.exec("ROLLBACK");  // of a new connection too: a warning
        return !rebuild_state(session, schema);
    });
    const bool gone = co_await std::move(undone);
    co_return gone;
}

}  // namespace

Administration::Administration(const Settings& settings) : connection_(one_connection(settings)) {}

asio::awaitable<void> Administration::lock() {
    const bool ours =
        co_await connection_.run([](PostgresSession& session) { return Fields(session.exec(lock_sql)[0]).boolean(0); });
    if (!ours) throw std::runtime_error("another chat-replay works on this database's read models; it goes first");
}

asio::awaitable<void> catch_up(Work& work, Follower& follower, std::string what) {
    ProgressDisplay display;
    const std::int64_t first = co_await follower.behind();
    display.begin(std::move(what), "records", first);
    constexpr std::int64_t close = 100;
    while (true) {
        const std::int64_t left = co_await follower.behind();
        display.at(std::max<std::int64_t>(0, first - left), std::max(first, left));
        if (left <= close) co_return;
        co_await pause(work, std::chrono::milliseconds(50));
    }
}

asio::awaitable<void> swap_in(Work& work, Administration& administration, SchemaNames names, std::string schema,
                              Follower& follower) {
    for (int attempt = 1;; ++attempt) {
        std::string why;
        try {
            co_await try_to_swap(work, administration.connection(), names, schema, follower);
            co_return;
        } catch (const Outage& outage) {
            why = outage.what();
        }
        const bool done = co_await undo(administration.connection(), schema);
        if (done) co_return;
        if (attempt == attempts)
            throw std::runtime_error("the read models could not be exchanged: " + why +
                                     "; the new one is kept, so the same command goes on from here");
        work.logger->info("exchanging the read models: {}; trying again", why);
        co_await follower.stop();  // if it still runs
        follower.start();
        co_await pause(work, std::chrono::milliseconds(250));
        co_await catch_up(work, follower, "catching up");
    }
}

}  // namespace chat
