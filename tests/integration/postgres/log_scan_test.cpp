#include "infra/postgres/postgres_log_scan.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <random>

#include "infra/postgres/postgres_event_log.hpp"
#include "infra/postgres/postgres_session.hpp"
#include "tests/integration/postgres/eventually.hpp"
#include "tests/support/coroutine.hpp"
#include "tests/support/postgres_database.hpp"

// It reads what the log itself reads, only faster.
namespace chat::test {
namespace {

constexpr Partition p0{0};
constexpr Partition p1{1};

class PostgresLogScanTest : public testing::Test {
protected:
    static PostgresLogOptions options_of(const PostgresOptions& postgres) {
        PostgresLogOptions options;
        options.postgres = postgres;
        options.partitions = 3;
        return options;
    }
    void with_log(std::function<asio::awaitable<void>(PostgresEventLog&, PostgresLogScan&)> body) {
        asio::io_context io(1);
        PostgresEventLog log(io.get_executor(), options_of(database.options()));
        PostgresLogScan scan(log, database.options());
        EXPECT_EQ(scan.partitions(), 3);
        run(
            io,
            [&]() -> asio::awaitable<void> {
                auto work = while_running(log.run(), body(log, scan));
                co_await std::move(work);
            },
            std::chrono::seconds(60));
    }
    /// Records of a few bytes, by SQL, behind what is there.
    void fill(Partition partition, int count) {
        PostgresSession session(database.options());
        const std::string number = std::to_string(partition.value());
        session.exec("INSERT INTO log_records (partition, \"offset\", key, headers, value) SELECT " + number +
                     ", next_offset + n, 'ann', '4:name,5:value,', ('value ' || n)::bytea FROM log_partitions,"
                     " generate_series(0, " +
                     std::to_string(count - 1) + ") AS n WHERE partition = " + number +
                     "; UPDATE log_partitions SET next_offset = next_offset + " + std::to_string(count) +
                     " WHERE partition = " + number);
    }
    static asio::awaitable<void> append(EventLog& log, Partition partition, Record record) {
        auto call = log.append(partition, std::make_shared<const Record>(std::move(record)));
        const Delivery delivery = co_await std::move(call);
        EXPECT_TRUE(std::holds_alternative<Offset>(delivery));
    }
    /// What both give for the same question, but for how many at once.
    static asio::awaitable<void> expect_same(RecordSource& log, RecordSource& scan, Partition partition) {
        const NextOffset end = co_await scan.end(partition);
        const NextOffset logs_end = co_await log.end(partition);
        EXPECT_EQ(end, logs_end);
        std::mt19937 random(7);
        NextOffset next(0);
        while (next < end) {
            const auto read = co_await scan.read(partition, next, 1 + random() % 700);
            const auto expected = co_await log.read(partition, next, read.size());
            EXPECT_EQ(read.size(), expected.size());
            for (std::size_t i = 0; i < read.size() && i < expected.size(); ++i) {
                EXPECT_EQ(read[i].offset, expected[i].offset);
                EXPECT_EQ(*read[i].record, *expected[i].record);
            }
            next = after(read.back().offset);
        }
        EXPECT_EQ(next, end);
    }

    MigratedDatabase database;
};

TEST_F(PostgresLogScanTest, GivesWhatTheLogGivesByteForByte) {
    with_log([](PostgresEventLog& log, PostgresLogScan& scan) -> asio::awaitable<void> {
        std::string bytes;
        for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
        std::vector<Record> records;
        records.push_back({"ann", {}, ""});
        records.push_back({"", {{"", ""}, {"twice", "1"}, {"twice", "2"}}, bytes});
        records.push_back({bytes, {{bytes, bytes}}, std::string(2'000'000, '\xff')});
        for (int i = 0; i < 40; ++i) records.push_back({"bob", {{"ce_id", std::to_string(i)}}, std::string(1000, 'x')});
        for (const Record& record : records) co_await append(log, p1, record);
        co_await expect_same(log, scan, p1);
    });
}

TEST_F(PostgresLogScanTest, GoesOnFromOneCopyToTheNext) {
    with_log([this](PostgresEventLog& log, PostgresLogScan& scan) -> asio::awaitable<void> {
        fill(p0, 50'003);
        co_await expect_same(log, scan, p0);
        fill(p0, 5);
        const auto more = co_await scan.read(p0, NextOffset(50'003), 100);
        EXPECT_EQ(more.size(), 5u);
    });
}

TEST_F(PostgresLogScanTest, SeeksInTheMiddleOfACopy) {
    with_log([this](PostgresEventLog&, PostgresLogScan& scan) -> asio::awaitable<void> {
        fill(p0, 1000);
        fill(p1, 10);
        const auto first = co_await scan.read(p0, NextOffset(0), 10);
        EXPECT_EQ(first.back().offset, Offset(9));
        const auto of_another = co_await scan.read(p1, NextOffset(3), 100);
        EXPECT_EQ(of_another.size(), 7u);
        EXPECT_EQ(of_another.front().record->value, "value 3");
        const auto again = co_await scan.read(p0, NextOffset(9), 1);
        EXPECT_EQ(again.front().offset, Offset(9));
        EXPECT_EQ(again.front().record->value, "value 9");
    });
}

TEST_F(PostgresLogScanTest, GivesNoMoreBytesThanItShouldAtOnce) {
    with_log([](PostgresEventLog& log, PostgresLogScan& scan) -> asio::awaitable<void> {
        const Record large{"ann", {}, std::string(3 << 20, 'x')};
        for (int i = 0; i < 5; ++i) co_await append(log, p0, large);
        const auto read = co_await scan.read(p0, NextOffset(0), 100);
        EXPECT_EQ(read.size(), 3u) << "the one that reaches 8 MiB is the last";
        const auto rest = co_await scan.read(p0, NextOffset(3), 100);
        EXPECT_EQ(rest.size(), 2u);
    });
}

TEST_F(PostgresLogScanTest, WaitsAtTheEndAsTheLogDoes) {
    with_log([this](PostgresEventLog& log, PostgresLogScan& scan) -> asio::awaitable<void> {
        fill(p0, 3);
        (void)co_await scan.read(p0, NextOffset(0), 100);
        bool came = false;
        asio::co_spawn(
            co_await asio::this_coro::executor,
            [&]() -> asio::awaitable<void> {
                const auto read = co_await scan.read(p0, NextOffset(3), 100);
                came = read.size() == 1 && read.front().record->value == "at last";
            },
            asio::detached);
        const Record last{"ann", {}, "at last"};
        co_await append(log, p0, last);
        asio::steady_timer timer(co_await asio::this_coro::executor);
        while (!came) {
            timer.expires_after(std::chrono::milliseconds(1));
            co_await timer.async_wait(asio::use_awaitable);
        }
    });
}

TEST_F(PostgresLogScanTest, TellsOfAHole) {
    with_log([this](PostgresEventLog&, PostgresLogScan& scan) -> asio::awaitable<void> {
        fill(p0, 10);
        PostgresSession session(database.options());
        session.exec("DELETE FROM log_records WHERE partition = 0 AND \"offset\" = 4");
        std::string told;
        try {
            (void)co_await scan.read(p0, NextOffset(0), 100);
        } catch (const LogCut& cut) {
            told = cut.what();
        }
        EXPECT_EQ(told, "partition 0 of the log lacks the record at offset 4");
    });
}

TEST_F(PostgresLogScanTest, IsAnOutageWhenItsConnectionBreaks) {
    with_log([this](PostgresEventLog&, PostgresLogScan& scan) -> asio::awaitable<void> {
        fill(p0, 50'000);  // more than the connection holds on its way
        (void)co_await scan.read(p0, NextOffset(0), 1);
        PostgresSession session(database.options());
        session.exec(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <>"
            " pg_backend_pid()");
        bool outage = false;
        try {
            for (NextOffset next(1); next < NextOffset(50'000);) {
                const auto read = co_await scan.read(p0, next, 1000);
                next = after(read.back().offset);
            }
        } catch (const Outage&) {
            outage = true;
        }
        EXPECT_TRUE(outage);
    });
}

}  // namespace
}  // namespace chat::test
