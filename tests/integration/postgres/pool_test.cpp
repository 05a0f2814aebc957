#include <gtest/gtest.h>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <future>
#include <memory>

#include "infra/postgres/fields.hpp"
#include "infra/postgres/postgres_pool.hpp"
#include "infra/postgres/postgres_session.hpp"
#include "tests/integration/postgres/eventually.hpp"
#include "tests/support/coroutine.hpp"
#include "tests/support/postgres_database.hpp"
#include "tests/support/postgres_server.hpp"

namespace chat::test {
namespace {

const Statement add_sql{"add", "SELECT $1::int + $2::int"};

std::int64_t add(PostgresSession& session, int a, int b) {
    const pqxx::result rows = session.exec(add_sql, a, b);
    return Fields(rows[0]).number(0);
}

asio::awaitable<std::int64_t> ask(PostgresPool& pool) {
    return pool.run([](PostgresSession& session) { return add(session, 40, 2); });
}

/// The text of the Outage that a call ends with; empty if it does not.
asio::awaitable<std::string> outage_of(asio::awaitable<std::int64_t> call) {
    try {
        co_await std::move(call);
    } catch (const Outage& outage) {
        co_return outage.what();
    }
    co_return "";
}

class Pool : public testing::Test {
protected:
    static PostgresOptions options() {
        PostgresOptions options;
        options.connection = test_server();
        return options;
    }
    asio::io_context io_{1};
};

TEST_F(Pool, GivesBackValuesOnTheCallersThread) {
    PostgresPool pool(options());
    run(io_, [&]() -> asio::awaitable<void> {
        const auto here = std::this_thread::get_id();
        std::thread::id there;
        const auto sum = co_await pool.run([&](PostgresSession& session) {
            there = std::this_thread::get_id();
            return add(session, 1, 2);
        });
        EXPECT_EQ(sum, 3);
        EXPECT_NE(there, here);
        EXPECT_EQ(std::this_thread::get_id(), here);
        auto owned = co_await pool.run([](PostgresSession&) { return std::make_unique<int>(7); });
        EXPECT_EQ(*owned, 7);
        bool ran = false;
        co_await pool.run([&](PostgresSession&) { ran = true; });
        EXPECT_TRUE(ran);
        EXPECT_EQ(pool.in_use(), 0u);
        EXPECT_EQ(pool.waiting(), 0u);
    });
}

TEST_F(Pool, CommitsATransactionOrLeavesNothing) {
    const PostgresDatabase database;
    PostgresPool pool(database.options());
    run(io_, [&]() -> asio::awaitable<void> {
        co_await pool.run([](PostgresSession& session) { session.exec("CREATE TABLE t (n int UNIQUE)"); });
        co_await pool.transaction([](PostgresSession& session) {
            session.exec("INSERT INTO t VALUES (1)");
            session.exec("INSERT INTO t VALUES (2)");
        });
        bool refused = false;
        try {
            co_await pool.transaction([](PostgresSession& session) {
                session.exec("INSERT INTO t VALUES (3)");
                session.exec("INSERT INTO t VALUES (1)");
            });
        } catch (const pqxx::unique_violation&) {
            refused = true;
        }
        EXPECT_TRUE(refused);
        bool thrown = false;
        try {
            co_await pool.transaction([](PostgresSession& session) -> int {
                session.exec("INSERT INTO t VALUES (4)");
                throw std::runtime_error("ours");
            });
        } catch (const std::runtime_error&) {
            thrown = true;
        }
        EXPECT_TRUE(thrown);
        const auto count = co_await pool.run([](PostgresSession& session) {
            const pqxx::result rows = session.exec("SELECT count(*) FROM t");
            return Fields(rows[0]).number(0);
        });
        EXPECT_EQ(count, 2);
    });
}

TEST_F(Pool, IsAnOutageAtOnceWhenTooManyWait) {
    PostgresOptions bounded = options();
    bounded.connections = 1;
    bounded.queue = 2;
    PostgresPool pool(bounded);
    std::promise<void> release;
    std::shared_future<void> released = release.get_future();
    int done = 0;
    const auto hold = [&]() -> asio::awaitable<void> {
        auto job = pool.run([released](PostgresSession&) { released.wait(); });
        co_await std::move(job);
        ++done;
    };
    run(io_, [&]() -> asio::awaitable<void> {
        spawn(io_, hold);
        co_await eventually([&] { return pool.in_use() == 1; });
        spawn(io_, hold);
        spawn(io_, hold);
        co_await eventually([&] { return pool.waiting() == 2; });
        auto call = ask(pool);
        const std::string why = co_await outage_of(std::move(call));
        EXPECT_NE(why.find("too many"), std::string::npos) << why;
        release.set_value();
        co_await eventually([&] { return done == 3; });
        EXPECT_EQ(pool.waiting(), 0u);
    });
}

TEST_F(Pool, LetsACallerGoThatIsCancelled) {
    PostgresOptions one = options();
    one.connections = 1;
    PostgresPool pool(one);
    std::promise<void> release;
    std::shared_future<void> released = release.get_future();
    run(io_, [&]() -> asio::awaitable<void> {
        using namespace asio::experimental::awaitable_operators;
        asio::steady_timer soon(io_, std::chrono::milliseconds(50));
        auto call = pool.run([released](PostgresSession&) { released.wait(); });
        const auto first = co_await (std::move(call) || soon.async_wait(asio::use_awaitable));
        EXPECT_EQ(first.index(), 1u);
        release.set_value();
        const auto sum = co_await ask(pool);
        EXPECT_EQ(sum, 42);
    });
}

TEST_F(Pool, IsAnOutageWhenAStatementTakesTooLong) {
    PostgresOptions hasty = options();
    hasty.statement_timeout = std::chrono::milliseconds(100);
    PostgresPool pool(hasty);
    run(io_, [&]() -> asio::awaitable<void> {
        auto call = pool.run([](PostgresSession& session) {
            session.exec("SELECT pg_sleep(30)");
            return std::int64_t{0};
        });
        const std::string why = co_await outage_of(std::move(call));
        EXPECT_NE(why.find("took too long"), std::string::npos) << why;
        const auto sum = co_await ask(pool);
        EXPECT_EQ(sum, 42) << "the connection is still good";
    });
}

TEST_F(Pool, ConnectsAgainAfterItsConnectionsWereEnded) {
    PostgresOptions one = options();
    one.connections = 1;
    one.name = "chat-test-victim";
    PostgresPool pool(one);
    PostgresSession operators(options());
    run(io_, [&]() -> asio::awaitable<void> {
        co_await ask(pool);
        // While idle: nobody notices.
        operators.exec(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
            "WHERE application_name = 'chat-test-victim'");
        const auto sum = co_await ask(pool);
        EXPECT_EQ(sum, 42);
        // While at work: an outage, and the next call is fine.
        std::thread killer;
        auto call = pool.run([&](PostgresSession& session) {
            const int pid = session.connection().backendpid();
            killer = std::thread(
                [&, pid] { operators.exec("SELECT pg_terminate_backend(" + std::to_string(pid) + ", 10000)"); });
            session.exec("SELECT pg_sleep(30)");
            return std::int64_t{0};
        });
        const std::string why = co_await outage_of(std::move(call));
        killer.join();
        EXPECT_FALSE(why.empty());
        EXPECT_EQ(why.find("pg_sleep"), std::string::npos) << why;
        const auto again = co_await ask(pool);
        EXPECT_EQ(again, 42);
    });
}

TEST_F(Pool, SaysNothingSecretWhenItCannotConnect) {
    for (const std::string connection :
         {"host=/nowhere password=s3cret", "s3cret", "postgresql://u:s3cret@nowhere.invalid/x",
          "postgresql://u:s3cret@@nowhere.invalid/x", "host=127.0.0.1 port=1 password=s3cret", "passwrd=s3cret",
          "password='s3cret"}) {
        PostgresOptions bad = options();
        bad.connection = connection;
        PostgresPool pool(bad);
        run(io_, [&]() -> asio::awaitable<void> {
            auto call = ask(pool);
            const std::string why = co_await outage_of(std::move(call));
            EXPECT_TRUE(why.starts_with("cannot connect to PostgreSQL")) << why;
            EXPECT_EQ(why.find("s3cret"), std::string::npos) << why;
        });
    }
}

TEST_F(Pool, LivesThroughRestartsCrashesAndAFrozenServer) {
    PostgresServer server;
    PostgresOptions own;
    own.connection = server.connection();
    own.connections = 2;
    own.answer_timeout = std::chrono::milliseconds(500);
    PostgresPool pool(own);
    run(
        io_,
        [&]() -> asio::awaitable<void> {
            const auto comes_back = [&]() -> asio::awaitable<void> {
                const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
                for (;;) {
                    auto call = ask(pool);
                    const std::string why = co_await outage_of(std::move(call));
                    if (why.empty()) co_return;
                    if (std::chrono::steady_clock::now() > deadline) {
                        ADD_FAILURE() << why;
                        co_return;
                    }
                }
            };
            const auto is_out = [&]() -> asio::awaitable<void> {
                auto call = ask(pool);
                const std::string why = co_await outage_of(std::move(call));
                EXPECT_FALSE(why.empty());
            };
            co_await comes_back();
            server.stop();
            co_await is_out();
            server.start();
            co_await comes_back();
            server.kill();
            co_await is_out();
            server.start();
            co_await comes_back();
            server.freeze();
            const auto start = std::chrono::steady_clock::now();
            co_await is_out();
            EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
            server.thaw();
            co_await comes_back();
        },
        std::chrono::seconds(60));
}

TEST_F(Pool, EndsAlsoWhileItsServerHangs) {
    PostgresServer server;
    const auto start = [&] {
        PostgresOptions own;
        own.connection = server.connection();
        own.answer_timeout = std::chrono::milliseconds(100);
        PostgresPool pool(own);
        run(io_, [&]() -> asio::awaitable<void> {
            co_await ask(pool);
            server.freeze();
            auto call = ask(pool);
            const std::string why = co_await outage_of(std::move(call));
            EXPECT_NE(why.find("in time"), std::string::npos) << why;
        });
        return std::chrono::steady_clock::now();
    }();
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
    server.thaw();
}

TEST_F(Pool, IsAnOutageWhenTheServerHasNoConnectionLeft) {
    PostgresServer server("max_connections = 4\nsuperuser_reserved_connections = 0\nmax_wal_senders = 0");
    PostgresOptions own;
    own.connection = server.connection();
    std::vector<std::unique_ptr<PostgresSession>> all;
    std::string why;
    for (int i = 0; i < 5 && why.empty(); ++i) {
        try {
            all.push_back(std::make_unique<PostgresSession>(own));
        } catch (const Outage& outage) {
            why = outage.what();
        }
    }
    EXPECT_NE(why.find("too many clients"), std::string::npos) << why;
}

}  // namespace
}  // namespace chat::test
