#include "infra/postgres/postgres_assignment.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <memory>
#include <set>

#include "infra/postgres/postgres_session.hpp"
#include "infra/postgres/share_partitions.hpp"
#include "tests/integration/postgres/eventually.hpp"
#include "tests/support/coroutine.hpp"
#include "tests/support/postgres_database.hpp"

namespace chat::test {
namespace {

/// A projector that only takes note of what it is given.
class Projector {
public:
    Projector(asio::io_context& io, PostgresOptions options, std::string_view projection, std::int32_t partitions,
              std::string name = "chat-test")
        : state_(std::make_shared<State>(io, named(std::move(options), std::move(name)), projection, partitions)) {
        asio::co_spawn(
            io,
            [state = state_]() -> asio::awaitable<void> {
                while (!state->ended) {
                    auto call = state->assignment.changed(state->held);
                    state->held = co_await std::move(call);
                }
            },
            asio::detached);
    }
    const std::set<Partition>& held() const { return state_->held; }

private:
    struct State {
        State(asio::io_context& io, PostgresOptions options, std::string_view projection, std::int32_t partitions)
            : assignment(io.get_executor(), std::move(options), projection, partitions, std::chrono::milliseconds(20)) {
        }
        PostgresAssignment assignment;
        std::set<Partition> held;
        bool ended = false;
    };
    static PostgresOptions named(PostgresOptions options, std::string name) {
        options.name = std::move(name);
        return options;
    }
    std::shared_ptr<State> state_;
};

std::set<Partition> all_of(const std::vector<std::unique_ptr<Projector>>& projectors, std::size_t& sum) {
    std::set<Partition> all;
    sum = 0;
    for (const auto& projector : projectors) {
        all.insert(projector->held().begin(), projector->held().end());
        sum += projector->held().size();
    }
    return all;
}

TEST(PostgresAssignment, GivesOneProjectorEverything) {
    const PostgresDatabase database;
    asio::io_context io(1);
    Projector only(io, database.options(), "rows", 12);
    run(io, [&]() -> asio::awaitable<void> { co_await eventually([&] { return only.held().size() == 12; }); });
}

TEST(PostgresAssignment, SharesFairlyAmongThoseThatCome) {
    const PostgresDatabase database;
    asio::io_context io(1);
    std::vector<std::unique_ptr<Projector>> projectors;
    run(
        io,
        [&]() -> asio::awaitable<void> {
            for (const std::size_t fair : {12u, 6u, 4u, 3u, 3u}) {
                projectors.push_back(std::make_unique<Projector>(io, database.options(), "rows", 12));
                co_await eventually([&] {
                    std::size_t sum = 0;
                    const auto all = all_of(projectors, sum);
                    for (const auto& projector : projectors)
                        if (projector->held().size() > fair) return false;
                    return all.size() == 12 && sum == 12;
                });
            }
        },
        std::chrono::seconds(60));
}

TEST(PostgresAssignment, TakesOverFromOneThatDied) {
    const PostgresDatabase database;
    asio::io_context io(1);
    std::vector<std::unique_ptr<Projector>> projectors;
    projectors.push_back(std::make_unique<Projector>(io, database.options(), "rows", 12));
    run(io, [&]() -> asio::awaitable<void> {
        {
            // Another process, as far as the server can tell: a session with locks, that ends.
            PostgresOptions options = database.options();
            PostgresSession other(options);
            const auto key = std::to_string(share_key("rows"));
            other.exec("SELECT pg_advisory_lock_shared(" + key + ", -1)");
            co_await eventually([&] { return projectors[0]->held().size() == 6; });
            other.exec("SELECT pg_advisory_lock(" + key + ", p) FROM generate_series(6, 11) p");
            EXPECT_EQ(projectors[0]->held().size(), 6u);
        }
        const auto died = std::chrono::steady_clock::now();
        co_await eventually([&] { return projectors[0]->held().size() == 12; });
        EXPECT_LT(std::chrono::steady_clock::now() - died, std::chrono::seconds(2));
    });
}

TEST(PostgresAssignment, GetsItsShareBackAfterItsConnectionWasEnded) {
    const PostgresDatabase database;
    asio::io_context io(1);
    Projector only(io, database.options(), "rows", 12, "chat-test-cut");
    run(io, [&]() -> asio::awaitable<void> {
        co_await eventually([&] { return only.held().size() == 12; });
        PostgresSession operators(database.options());
        operators.exec(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
            "WHERE application_name = 'chat-test-cut-share'");
        const auto held_by_server = [&] {
            const pqxx::result rows =
                operators.exec("SELECT FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ExclusiveLock'");
            return rows.size();
        };
        co_await eventually([&] { return held_by_server() == 12; });
        EXPECT_EQ(only.held().size(), 12u);
    });
}

TEST(PostgresAssignment, KeepsProjectionsApart) {
    const PostgresDatabase database;
    asio::io_context io(1);
    Projector rows(io, database.options(), "rows", 12);
    Projector events(io, database.options(), "public events", 12);
    run(io, [&]() -> asio::awaitable<void> {
        co_await eventually([&] { return rows.held().size() == 12 && events.held().size() == 12; });
    });
}

}  // namespace
}  // namespace chat::test
