#include "infra/postgres/postgres_event_log.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <optional>

#include "infra/postgres/migrations.hpp"
#include "infra/postgres/postgres_session.hpp"
#include "tests/integration/postgres/eventually.hpp"
#include "tests/support/coroutine.hpp"
#include "tests/support/postgres_database.hpp"
#include "tests/support/postgres_server.hpp"

// What the log's contract cannot ask of every adapter: what happens when this one's server goes away.
namespace chat::test {
namespace {

std::shared_ptr<const Record> record(std::string value, std::string key = "ann") {
    return std::make_shared<Record>(Record{std::move(key), {{"ce_id", "1"}}, std::move(value)});
}

PostgresLogOptions options_of(const PostgresOptions& postgres) {
    PostgresLogOptions options;
    options.postgres = postgres;
    options.partitions = 3;
    return options;
}

constexpr Partition p0{0};
constexpr Partition p1{1};

/// A log that runs while the body does.
void with_log(PostgresLogOptions options, std::function<asio::awaitable<void>(PostgresEventLog&)> body) {
    asio::io_context io(1);
    PostgresEventLog log(io.get_executor(), std::move(options));
    run(
        io,
        [&]() -> asio::awaitable<void> {
            auto work = while_running(log.run(), body(log));
            co_await std::move(work);
        },
        std::chrono::seconds(60));
}

asio::awaitable<std::int64_t> append(EventLog& log, Partition partition, std::string value) {
    auto call = log.append(partition, record(std::move(value)));
    const Delivery delivery = co_await std::move(call);
    co_return std::holds_alternative<Offset>(delivery) ? std::get<Offset>(delivery).value() : -1;
}

/// Appends until one gets through, and gives its offset; whatever happens meanwhile is an Outage or unknown.
asio::awaitable<std::int64_t> append_somehow(EventLog& log, Partition partition, std::string value) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (std::chrono::steady_clock::now() < deadline) {
        std::int64_t offset = -1;
        try {
            auto call = append(log, partition, value);
            offset = co_await std::move(call);
        } catch (const Outage&) {
        }
        if (offset >= 0) co_return offset;
    }
    ADD_FAILURE() << "no append got through";
    co_return -1;
}

asio::awaitable<std::string> read_value(EventLog& log, Partition partition, std::int64_t next) {
    auto call = log.read(partition, NextOffset(next), 1);
    const auto records = co_await std::move(call);
    co_return records.at(0).record->value;
}

/// As a database that is put back to an earlier state.
void cut(const PostgresOptions& postgres, Partition partition, std::int64_t end) {
    PostgresSession session(postgres);
    session.exec("BEGIN");
    const std::string where = " WHERE partition = " + std::to_string(partition.value());
    session.exec("DELETE FROM log_records" + where + " AND \"offset\" >= " + std::to_string(end));
    session.exec("UPDATE log_partitions SET next_offset = " + std::to_string(end) + where);
    session.exec("COMMIT");
}

TEST(PostgresEventLog, StoresNothingInAPartitionThatWasCutBeforeItsReaderKnows) {
    const MigratedDatabase database;
    PostgresLogOptions options = options_of(database.options());
    options.poll = std::chrono::seconds(30);  // nobody but the append itself finds out
    with_log(options, [&](PostgresEventLog& log) -> asio::awaitable<void> {
        for (int i = 0; i < 3; ++i) co_await append(log, p0, "known");
        co_await append(log, p1, "known");
        const std::string last = co_await read_value(log, p0, 2);
        EXPECT_EQ(last, "known");
        cut(database.options(), p0, 1);
        bool refused = false;
        try {
            co_await append(log, p0, "on top of what is gone");
        } catch (const Outage&) {
            refused = true;
        }
        EXPECT_TRUE(refused);
        const auto other = co_await append(log, p1, "of another partition");
        EXPECT_EQ(other, 1);
        bool told = false;
        try {
            co_await read_value(log, p0, 3);
        } catch (const LogCut&) {
            told = true;
        }
        EXPECT_TRUE(told);
        const auto next = co_await append(log, p0, "who knows may go on");
        EXPECT_EQ(next, 1);
    });
}

TEST(PostgresEventLog, KeepsThePartitionsItWasMadeWith) {
    const MigratedDatabase database;
    with_log(options_of(database.options()), [](PostgresEventLog& log) -> asio::awaitable<void> {
        EXPECT_EQ(log.partitions(), 3);
        co_return;
    });
    PostgresLogOptions more = options_of(database.options());
    more.partitions = 12;
    with_log(more, [](PostgresEventLog& log) -> asio::awaitable<void> {
        EXPECT_EQ(log.partitions(), 3) << "the table is the truth";
        co_return;
    });
}

TEST(PostgresEventLog, AppendsToManyPartitionsInOneBatchAndInOrder) {
    const MigratedDatabase database;
    with_log(options_of(database.options()), [](PostgresEventLog& log) -> asio::awaitable<void> {
        const auto executor = co_await asio::this_coro::executor;
        int done = 0;
        std::vector<std::int64_t> offsets(300, -1);
        for (int i = 0; i < 300; ++i)
            asio::co_spawn(
                executor,
                [&, i]() -> asio::awaitable<void> {
                    auto call = append(log, Partition(2 - i % 3), std::to_string(i));
                    offsets[static_cast<std::size_t>(i)] = co_await std::move(call);
                    ++done;
                },
                asio::detached);
        co_await eventually([&] { return done == 300; });
        for (std::size_t i = 0; i < 300; ++i) EXPECT_EQ(offsets[i], static_cast<std::int64_t>(i / 3)) << i;
        const std::string last = co_await read_value(log, Partition(0), 99);
        EXPECT_EQ(last, "299");
    });
}

TEST(PostgresEventLog, ReadsBackFromTheDatabaseWhatItAppended) {
    const MigratedDatabase database;
    PostgresLogOptions options = options_of(database.options());
    std::string all;
    for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
    const auto odd = std::make_shared<const Record>(Record{all, {{"b", "2"}, {"a", all}, {"b", ""}, {"", "x"}}, all});
    const auto nothing = std::make_shared<const Record>(Record{"", {}, ""});
    with_log(options, [&](PostgresEventLog& log) -> asio::awaitable<void> {
        auto first = log.append(p0, odd);
        co_await std::move(first);
        auto second = log.append(p0, nothing);
        co_await std::move(second);
    });
    with_log(options, [&](PostgresEventLog& log) -> asio::awaitable<void> {
        auto call = log.read(p0, NextOffset(0), 10);
        const auto records = co_await std::move(call);
        EXPECT_EQ(records.size(), 2u);
        EXPECT_EQ(*records.at(0).record, *odd);
        EXPECT_EQ(*records.at(1).record, *nothing);
    });
}

TEST(PostgresEventLog, ReadsNoMoreThanAProgramCanHold) {
    const MigratedDatabase database;
    with_log(options_of(database.options()), [](PostgresEventLog& log) -> asio::awaitable<void> {
        const std::string megabytes(3 << 20, 'x');
        for (int i = 0; i < 5; ++i) co_await append(log, p0, megabytes);
        auto call = log.read(p0, NextOffset(0), 100);
        const auto records = co_await std::move(call);
        EXPECT_EQ(records.size(), 3u);
        auto rest = log.read(p0, NextOffset(3), 100);
        const auto others = co_await std::move(rest);
        EXPECT_EQ(others.size(), 2u);
    });
}

TEST(PostgresEventLog, RefusesAtOnceWhatItsQueueCannotHold) {
    const MigratedDatabase database;
    PostgresLogOptions options = options_of(database.options());
    options.queue_bytes = 1'000;
    with_log(options, [](PostgresEventLog& log) -> asio::awaitable<void> {
        bool refused = false;
        try {
            co_await append(log, p0, std::string(2'000, 'x'));
        } catch (const Outage&) {
            refused = true;
        }
        EXPECT_TRUE(refused);
        const auto offset = co_await append(log, p0, "small");
        EXPECT_EQ(offset, 0);
    });
}

TEST(PostgresEventLog, SeesThatTheLogWasCutUnderIt) {
    const MigratedDatabase database;
    PostgresLogOptions options = options_of(database.options());
    options.poll = std::chrono::milliseconds(50);
    with_log(options, [&](PostgresEventLog& log) -> asio::awaitable<void> {
        for (int i = 0; i < 3; ++i) co_await append(log, p0, "x");
        PostgresSession operators(database.options());
        operators.exec(
            "BEGIN; DELETE FROM log_records WHERE \"offset\" >= 1;"
            "UPDATE log_partitions SET next_offset = least(next_offset, 1); COMMIT");
        bool cut = false;
        try {
            auto call = log.read(p0, NextOffset(3), 1);
            co_await std::move(call);
        } catch (const LogCut&) {
            cut = true;
        }
        EXPECT_TRUE(cut) << "also while it waited";
        operators.exec("UPDATE log_partitions SET next_offset = 9 WHERE partition = 0");
        cut = false;
        try {
            auto call = log.read(p0, NextOffset(1), 1);
            co_await std::move(call);
            auto next = log.read(p0, NextOffset(1), 1);
            co_await std::move(next);
        } catch (const LogCut&) {
            cut = true;
        }
        EXPECT_TRUE(cut) << "a hole";
    });
}

class PostgresEventLogOnItsOwnServer : public testing::Test {
protected:
    PostgresEventLogOnItsOwnServer() { migrate(postgres_options()); }
    PostgresOptions postgres_options() const {
        PostgresOptions options;
        options.connection = server_.connection();
        return options;
    }
    PostgresLogOptions options() const { return options_of(postgres_options()); }

    PostgresServer server_;
};

TEST_F(PostgresEventLogOnItsOwnServer, TellsAWaitingReaderAndRecovers) {
    with_log(options(), [&](PostgresEventLog& log) -> asio::awaitable<void> {
        co_await append(log, p0, "first");
        const std::string first = co_await read_value(log, p0, 0);
        EXPECT_EQ(first, "first");
        for (const bool crash : {false, true}) {
            const auto executor = co_await asio::this_coro::executor;
            bool told = false;
            asio::co_spawn(
                executor,
                [&]() -> asio::awaitable<void> {
                    try {
                        co_await read_value(log, p0, crash ? 2 : 1);
                    } catch (const Outage&) {
                        told = true;
                    }
                },
                asio::detached);
            co_await eventually([] { return true; });
            crash ? server_.kill() : server_.stop();
            co_await eventually([&] { return told; });
            bool refused = false;
            try {
                auto call = log.append(p0, record("to nobody"));
                const Delivery delivery = co_await std::move(call);
                EXPECT_TRUE(std::holds_alternative<DeliveryUnknown>(delivery));
            } catch (const Outage&) {
                refused = true;
            }
            EXPECT_TRUE(refused) << "the connection was known to be gone";
            server_.start();
            const auto offset = co_await append_somehow(log, p0, "after");
            EXPECT_EQ(offset, crash ? 2 : 1);
            std::string after;
            const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
            while (after.empty() && std::chrono::steady_clock::now() < deadline) {
                try {
                    after = co_await read_value(log, p0, offset);
                } catch (const Outage&) {
                }
            }
            EXPECT_EQ(after, "after");
        }
    });
}

TEST_F(PostgresEventLogOnItsOwnServer, TellsAReaderThatWasBusyElsewhereWhenTheConnectionBroke) {
    with_log(options(), [&](PostgresEventLog& log) -> asio::awaitable<void> {
        co_await append(log, p0, "x");
        co_await read_value(log, p0, 0);
        server_.stop();
        server_.start();
        bool told = false;
        try {
            co_await append_somehow(log, p1, "y");
            co_await read_value(log, p0, 0);
        } catch (const Outage&) {
            told = true;
        }
        EXPECT_TRUE(told) << "what it has read must be compared again";
    });
}

TEST_F(PostgresEventLogOnItsOwnServer, DoesNotKnowWhatAFrozenServerDid) {
    PostgresLogOptions hasty = options();
    hasty.append_timeout = std::chrono::milliseconds(300);
    with_log(hasty, [&](PostgresEventLog& log) -> asio::awaitable<void> {
        co_await append(log, p0, "x");
        server_.freeze();
        auto call = log.append(p0, record("sent"));
        const Delivery delivery = co_await std::move(call);
        EXPECT_TRUE(std::holds_alternative<DeliveryUnknown>(delivery));
        bool refused = false;
        try {
            auto second = log.append(p0, record("never sent"));
            co_await std::move(second);
        } catch (const Outage&) {
            refused = true;
        }
        EXPECT_TRUE(refused) << "it was still in the queue";
        server_.thaw();
        const auto offset = co_await append_somehow(log, p0, "after");
        EXPECT_TRUE(offset == 1 || offset == 2) << offset;
        const std::string after = co_await read_value(log, p0, offset);
        EXPECT_EQ(after, "after");
    });
}

TEST_F(PostgresEventLogOnItsOwnServer, LosesNothingThatWasAcknowledgedBeforeACrash) {
    with_log(options(), [&](PostgresEventLog& log) -> asio::awaitable<void> {
        for (int round = 0; round < 3; ++round) {
            std::vector<std::pair<std::int64_t, std::string>> acknowledged;
            const auto executor = co_await asio::this_coro::executor;
            bool stop = false;
            int writers = 0;
            for (int w = 0; w < 8; ++w) {
                ++writers;
                asio::co_spawn(
                    executor,
                    [&, w]() -> asio::awaitable<void> {
                        for (int i = 0; !stop; ++i) {
                            const std::string value =
                                std::to_string(round) + "/" + std::to_string(w) + "/" + std::to_string(i);
                            try {
                                const auto offset = co_await append(log, p0, value);
                                if (offset >= 0) acknowledged.emplace_back(offset, value);
                            } catch (const Outage&) {
                                break;
                            }
                        }
                        --writers;
                    },
                    asio::detached);
            }
            co_await eventually([&] { return acknowledged.size() > 200; });
            server_.kill();
            stop = true;
            co_await eventually([&] { return writers == 0; });
            server_.start();
            co_await append_somehow(log, p1, "up again");
            for (const auto& [offset, value] : acknowledged) {
                std::string found;
                for (int attempt = 0; attempt < 3 && found.empty(); ++attempt) {
                    try {
                        found = co_await read_value(log, p0, offset);
                    } catch (const Outage&) {
                    }
                }
                EXPECT_EQ(found, value);
            }
        }
    });
}

}  // namespace
}  // namespace chat::test
