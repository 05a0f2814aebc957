// The public topic's promises, of a real broker: one writer, in order, and nobody after it was replaced.
#include "infra/kafka/kafka_public_topic.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "infra/kafka/client_settings.hpp"
#include "infra/kafka/last_record.hpp"
#include "infra/kafka/log_misconfigured.hpp"
#include "infra/kafka/produce.hpp"
#include "projections/stream_judge.hpp"
#include "tests/support/coroutine.hpp"
#include "tests/support/kafka_address.hpp"
#include "tests/unit/projections/user_events.hpp"

namespace chat::test {
namespace {

const Partition p0(0), p1(1);
constexpr std::int32_t partitions = 2;

KafkaOptions options_of(const std::string& topic) {
    KafkaOptions options;
    options.brokers = kafka_address();
    options.topic = topic;
    options.purpose = "the public topic";
    options.partitions = partitions;
    return options;
}

using Records = std::vector<std::shared_ptr<const Record>>;

class KafkaPublicTopicTest : public testing::Test {
protected:
    KafkaPublicTopicTest() {
        run(io, [&]() -> asio::awaitable<void> { co_await topic.open(); });
    }
    Records events(int count) {
        Records records;
        for (int i = 0; i < count; ++i) {
            const Recorded recorded = ann.head().sequence == Sequence(0) ? ann.next(created(session(1)))
                                                                         : ann.next(added(session(1), message(1)));
            records.push_back(std::make_shared<const Record>(encode(recorded)));
        }
        return records;
    }
    std::shared_ptr<const Record> last(Partition partition) {
        kafka::Client reader(RD_KAFKA_CONSUMER, kafka::last_record_settings(options));
        return kafka::last_committed_record(reader, options, partition);
    }

    /// The same, once it is that one: the broker tells of a commit before its readers see it.
    std::shared_ptr<const Record> last(Partition partition, const Record& expected) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        auto found = last(partition);
        while ((!found || *found != expected) && std::chrono::steady_clock::now() < deadline) found = last(partition);
        if (!found) throw std::runtime_error("nothing was published");
        return found;
    }

    /// A writer of the partition that dies within a transaction of so many records.
    void abandon(int count) {
        kafka::Client client(RD_KAFKA_PRODUCER,
                             kafka::transaction_settings(options, "chat-publisher." + options.topic + ".0"));
        const kafka::TopicHandle handle(rd_kafka_topic_new(client.get(), options.topic.c_str(), nullptr));
        ASSERT_EQ(rd_kafka_init_transactions(client.get(), 10'000), nullptr);
        ASSERT_EQ(rd_kafka_begin_transaction(client.get()), nullptr);
        for (const auto& record :
             Records(static_cast<std::size_t>(count),
                     std::make_shared<const Record>(encode(UserEvents("bob").next(created(session(2)))))))
            kafka::produce(client.get(), handle.get(), p0, *record, kafka::Value::copied, 0);
        ASSERT_EQ(rd_kafka_flush(client.get(), 10'000), RD_KAFKA_RESP_ERR_NO_ERROR);
    }

    asio::io_context io{1};
    UserEvents ann{"ann"};
    KafkaOptions options = options_of(unique_topic());
    KafkaPublicTopic topic{options, partitions};
};

TEST_F(KafkaPublicTopicTest, SaysWhatWasPublishedLast) {
    run(io, [&]() -> asio::awaitable<void> {
        EXPECT_EQ(co_await topic.take_over(p0), std::nullopt);
        const Records sent = events(500);
        co_await topic.publish(p0, sent);
        EXPECT_EQ(*last(p0, *sent.back()), *sent.back()) << "key, headers and value";
        EXPECT_EQ(last(p1), nullptr);
        KafkaPublicTopic successor(options, partitions);
        const auto found = co_await successor.take_over(p0);
        EXPECT_EQ(found, ann.head().id);
    });
}

TEST_F(KafkaPublicTopicTest, LetsNobodyWriteWhoWasReplaced) {
    run(io, [&]() -> asio::awaitable<void> {
        co_await topic.take_over(p0);
        const Records first = events(3);
        co_await topic.publish(p0, first);
        KafkaPublicTopic successor(options, partitions);
        co_await successor.take_over(p0);
        bool refused = false;
        const Records late = events(1);
        try {
            co_await topic.publish(p0, late);
        } catch (const TakenOver&) {
            refused = true;
        }
        EXPECT_TRUE(refused);
        EXPECT_EQ(*last(p0, *first.back()), *first.back());
        const Records next = events(2);
        co_await successor.publish(p0, next);
        EXPECT_EQ(*last(p0, *next.back()), *next.back());
        co_await topic.take_over(p1);  // another partition is another writer's affair
        const Records other = events(1);
        co_await topic.publish(p1, other);
        co_await successor.publish(p0, other);
    });
}

TEST_F(KafkaPublicTopicTest, FindsTheLastEventBehindManyThatWereAborted) {
    run(io, [&]() -> asio::awaitable<void> {
        co_await topic.take_over(p0);
        const Records good = events(2);
        co_await topic.publish(p0, good);
        for (int i = 0; i < 3; ++i) abandon(200);
        const auto found = co_await topic.take_over(p0);
        EXPECT_EQ(found, event_id_of(*good.back()));
        const Records more = events(1);
        co_await topic.publish(p0, more);
        EXPECT_EQ(*last(p0, *more.back()), *more.back());
    });
}

TEST_F(KafkaPublicTopicTest, MustHaveAsManyPartitionsAsTheLog) {
    run(io, [&]() -> asio::awaitable<void> {
        KafkaPublicTopic other(options, partitions + 1);
        bool refused = false;
        try {
            co_await other.open();
        } catch (const LogMisconfigured& error) {
            refused = std::string(error.what()).find("has 2 partitions") != std::string::npos;
        }
        EXPECT_TRUE(refused);
    });
}

}  // namespace
}  // namespace chat::test
