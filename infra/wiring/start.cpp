#include "infra/wiring/start.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <exception>
#include <utility>

#include "events/outage.hpp"
#include "infra/postgres/migrations.hpp"

namespace chat {
namespace {

constexpr std::chrono::milliseconds pause{250};

/// The step, or an Outage at the deadline. A step that cannot be cancelled is waited for.
asio::awaitable<void> before(StartDeadline deadline, asio::awaitable<void> step) {
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor, deadline);
    auto group = asio::experimental::make_parallel_group(asio::co_spawn(executor, std::move(step), asio::deferred),
                                                         timer.async_wait(asio::deferred));
    const auto ended = co_await group.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
    const auto& [order, error, expired] = ended;
    if (order[0] == 1 && !expired && error) throw Outage("no answer in time");
    if (error) std::rethrow_exception(error);
}

// Below, nothing that is not trivial is a temporary of a co_await expression: g++ 12 destroys some of those twice.

asio::awaitable<int> migrate_here(PostgresOptions options) { co_return migrate(options); }

/// Blocks, so it runs on a thread of its own: signals and health checks are answered meanwhile.
asio::awaitable<int> migrate_aside(PostgresOptions options) {
    asio::thread_pool thread(1);
    auto migrated = migrate_here(std::move(options));
    // Without a slot: Asio 1.81 ends the program if a coroutine is cancelled that waits for a thread of another
    // executor.
    const int steps = co_await asio::co_spawn(
        thread, std::move(migrated), asio::bind_cancellation_slot(asio::cancellation_slot(), asio::use_awaitable));
    co_return steps;
}

asio::awaitable<void> migrate_and_tell(PostgresOptions options, Logger logger) {
    const int steps = co_await migrate_aside(std::move(options));
    if (steps > 0) logger->info("the database's schema was brought up to date in {} steps", steps);
}

}  // namespace

PostgresOptions postgres_options(const Settings& settings, Program program) {
    PostgresOptions options;
    options.connection = settings.database;
    options.name = name_of(program);
    options.connections = static_cast<std::size_t>(settings.database_connections);
    if (program == Program::api) options.statement_timeout = options.answer_timeout = settings.command_deadline;
    return options;
}

asio::awaitable<void> keep_trying(StartDeadline deadline, std::string what, Logger logger,
                                  std::function<asio::awaitable<void>()> step) {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    std::string why;
    for (bool told = false;; told = true) {
        try {
            auto attempt = step();
            co_await before(deadline, std::move(attempt));
            co_return;
        } catch (const Outage& outage) {
            // What an attempt said by itself tells more than that the last one was cut short.
            if (why.empty() || std::chrono::steady_clock::now() < deadline) why = outage.what();
        }
        if (std::chrono::steady_clock::now() + pause >= deadline) throw Outage(what + ": " + why);
        if (!told) logger->warn("waiting for {}: {}", what, why);
        timer.expires_after(pause);
        co_await timer.async_wait(asio::use_awaitable);
    }
}

asio::awaitable<void> open_database(StartDeadline deadline, PostgresOptions options, Logger logger) {
    return keep_trying(deadline, "the database", logger,
                       [options, logger] { return migrate_and_tell(options, logger); });
}

void log_warnings(const Settings& settings, const Logger& logger) {
    for (const std::string& warning : settings.warnings) logger->warn("{}", warning);
}

}  // namespace chat
