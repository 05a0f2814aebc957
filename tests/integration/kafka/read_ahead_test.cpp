#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "infra/kafka/kafka_event_log.hpp"
#include "tests/support/coroutine.hpp"
#include "tests/support/kafka_address.hpp"
#include "tests/support/running.hpp"

namespace chat::test {
namespace {

using namespace std::chrono_literals;

constexpr Partition p0{0};

TEST(KafkaReadAhead, IsFilledAgainAtOnceAndWithoutGapsWhenItWasFull) {
    KafkaOptions options;
    options.brokers = kafka_address();
    options.topic = unique_topic();
    options.partitions = 1;
    options.query_timeout = 10s;
    options.append_timeout = 20s;
    options.read_ahead_bytes = 64 << 10;
    asio::io_context io(1);
    KafkaEventLog log(io.get_executor(), options);
    Running running(io, log.run());
    // One fetch brings 4 MB at most: so many records take a dozen.
    constexpr int all = 5000;
    const std::string filling(10'000, 'x');
    int appending = 0;
    const auto append = [&]() -> asio::awaitable<void> {
        ++appending;
        const auto record = std::make_shared<const Record>(Record{"ann", {}, filling});
        for (int i = 0; i < all / 50; ++i) (void)std::get<Offset>(co_await log.append(p0, record));
        --appending;
    };
    std::int64_t next = 0;
    std::chrono::steady_clock::duration taken{};
    run(
        io,
        [&]() -> asio::awaitable<void> {
            co_await log.open();
            for (int i = 0; i < 50; ++i) spawn(io, append);
            co_await until([&] { return appending == 0; }, "all are appended", 60s);
            const auto begin = std::chrono::steady_clock::now();
            while (next < all) {
                const auto records = co_await log.read(p0, NextOffset(next), 50);
                for (const auto& stored : records) EXPECT_EQ(stored.offset.value(), next++);
            }
            taken = std::chrono::steady_clock::now() - begin;
        },
        120s);
    EXPECT_EQ(next, all);
    // librdkafka left to itself pauses for 1 s after each of them.
    EXPECT_LT(taken, 6s);
}

}  // namespace
}  // namespace chat::test
