#include "infra/postgres/checkpoint_listener.hpp"

#include <gtest/gtest.h>

#include <map>

#include "infra/postgres/migrations.hpp"
#include "infra/postgres/new_edition.hpp"
#include "infra/postgres/postgres_read_model_store.hpp"
#include "infra/postgres/postgres_session.hpp"
#include "tests/integration/postgres/eventually.hpp"
#include "tests/support/coroutine.hpp"
#include "tests/support/postgres_database.hpp"
#include "tests/support/postgres_server.hpp"

namespace chat::test {
namespace {

class Listening {
public:
    Listening(const PostgresOptions& options, std::chrono::milliseconds poll)
        : pool(options),
          listener(io.get_executor(), options, pool,
                   {[this](Partition partition, NextOffset next) {
                        known[partition] = next;
                        ++news;
                    },
                    [this](Partition partition, Edition edition) { editions[partition] = edition; }},
                   poll) {}

    void while_listening(std::function<asio::awaitable<void>()> body) {
        run(
            io,
            [&]() -> asio::awaitable<void> {
                auto work = while_running(listener.run(), body());
                co_await std::move(work);
            },
            std::chrono::seconds(60));
    }

    asio::io_context io{1};
    PostgresPool pool;
    std::map<Partition, NextOffset> known;
    std::map<Partition, Edition> editions;
    int news = 0;
    CheckpointListener listener;
};

constexpr Partition p7{7};

asio::awaitable<void> move(PostgresPool& pool, std::int64_t from, std::int64_t to) {
    PostgresReadModelStore store(pool);
    auto commit = store.commit(p7, NextOffset(from), {NextOffset(to), {}}, Batch{});
    const bool done = co_await std::move(commit);
    EXPECT_TRUE(done);
}

TEST(CheckpointListener, HearsEachCommitAtOnce) {
    const MigratedDatabase database;
    Listening listening(database.options(), std::chrono::hours(1));
    listening.while_listening([&]() -> asio::awaitable<void> {
        // Listens for sure once a notification of its own came through; the poll at the start finds what was before.
        co_await move(listening.pool, 0, 3);
        co_await eventually([&] { return listening.known[p7] == NextOffset(3); });
        for (std::int64_t next = 3; next < 20; ++next) {
            co_await move(listening.pool, next, next + 1);
            co_await eventually([&] { return listening.known[p7] == NextOffset(next + 1); });
        }
    });
}

TEST(CheckpointListener, PollsForWhatNobodyNotified) {
    const MigratedDatabase database;
    Listening listening(database.options(), std::chrono::milliseconds(20));
    listening.while_listening([&]() -> asio::awaitable<void> {
        co_await move(listening.pool, 0, 9);
        co_await listening.pool.run(
            [](PostgresSession& session) { session.exec("UPDATE checkpoints SET next_offset = 5"); });
        co_await eventually([&] { return listening.known[p7] == NextOffset(5); });
    });
}

TEST(CheckpointListener, TakesNoNoticeOfNoise) {
    const MigratedDatabase database;
    Listening listening(database.options(), std::chrono::milliseconds(20));
    listening.while_listening([&]() -> asio::awaitable<void> {
        co_await move(listening.pool, 0, 9);
        co_await listening.pool.run(
            [](PostgresSession& session) { session.exec("NOTIFY chat_checkpoint, 'what?'; NOTIFY chat_checkpoint"); });
        const int before = listening.news;
        co_await eventually([&] { return listening.news > before + 2; });
        EXPECT_EQ(listening.known, (std::map<Partition, NextOffset>{{p7, NextOffset(9)}}));
    });
}

TEST(CheckpointListener, HearsNothingOfAnotherSchema) {
    const MigratedDatabase database;
    Listening listening(database.options(), std::chrono::hours(1));
    listening.while_listening([&]() -> asio::awaitable<void> {
        // Listens for sure once a notification of its own came through.
        co_await move(listening.pool, 0, 3);
        co_await eventually([&] { return listening.known[p7] == NextOffset(3); });
        co_await listening.pool.run(
            [](PostgresSession& session) { session.exec("NOTIFY chat_checkpoint, '7 99 public_rebuild'"); });
        co_await move(listening.pool, 3, 4);
        co_await eventually([&] { return listening.known[p7] == NextOffset(4); });
    });
}

TEST(CheckpointListener, HearsOfANewEditionAtOnce) {
    const MigratedDatabase database;
    Listening listening(database.options(), std::chrono::hours(1));
    listening.while_listening([&]() -> asio::awaitable<void> {
        // Listens for sure once a notification of its own came through.
        co_await move(listening.pool, 0, 3);
        co_await eventually([&] { return listening.known[p7] == NextOffset(3); });
        for (std::int64_t edition = 1; edition < 4; ++edition) {
            co_await listening.pool.transaction([](PostgresSession& tx) { new_edition(tx, p7); });
            co_await eventually([&] { return listening.editions[p7] == Edition(edition); });
        }
        EXPECT_EQ(listening.known[p7], NextOffset(3));
    });
}

TEST(CheckpointListener, PollsForAnEditionThatNobodyNotified) {
    const MigratedDatabase database;
    Listening listening(database.options(), std::chrono::milliseconds(20));
    listening.while_listening([&]() -> asio::awaitable<void> {
        co_await move(listening.pool, 0, 9);
        co_await listening.pool.run(
            [](PostgresSession& session) { session.exec("UPDATE checkpoints SET edition = 5"); });
        co_await eventually([&] { return listening.editions[p7] == Edition(5); });
    });
}

TEST(CheckpointListener, GoesOnAfterARestart) {
    PostgresServer server;
    PostgresOptions options;
    options.connection = server.connection();
    migrate(options);
    Listening listening(options, std::chrono::milliseconds(100));
    listening.while_listening([&]() -> asio::awaitable<void> {
        co_await move(listening.pool, 0, 1);
        co_await eventually([&] { return listening.known[p7] == NextOffset(1); });
        server.stop();
        server.start();
        {
            PostgresSession session(options);
            session.exec("UPDATE checkpoints SET next_offset = 2");
        }
        co_await eventually([&] { return listening.known[p7] == NextOffset(2); });
    });
}

}  // namespace
}  // namespace chat::test
