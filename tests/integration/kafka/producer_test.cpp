#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <optional>

#include "infra/kafka/delivery_report.hpp"
#include "infra/kafka/kafka_event_log.hpp"
#include "infra/kafka/producer.hpp"
#include "tests/support/coroutine.hpp"
#include "tests/support/kafka_address.hpp"
#include "tests/support/kafka_topics.hpp"
#include "tests/support/running.hpp"

namespace chat::test {
namespace {

using namespace std::chrono_literals;
using kafka::Answer;
using kafka::answer_of;

std::shared_ptr<const Record> record(std::string value) {
    return std::make_shared<const Record>(Record{"ann", {}, std::move(value)});
}

template <class Kind>
bool is(const Answer& answer) {
    const auto* delivery = std::get_if<Delivery>(&answer);
    return delivery != nullptr && std::holds_alternative<Kind>(*delivery);
}

TEST(DeliveryReport, OfSuccessHasTheOffset) {
    const Answer answer = answer_of(RD_KAFKA_RESP_ERR_NO_ERROR, RD_KAFKA_MSG_STATUS_PERSISTED, 41);
    ASSERT_TRUE(is<Offset>(answer));
    EXPECT_EQ(std::get<Offset>(std::get<Delivery>(answer)), Offset(41));
}

TEST(DeliveryReport, OfARetryWhoseFirstCopyHadLandedDoesNotSayWhere) {
    EXPECT_TRUE(is<DeliveredSomewhere>(answer_of(RD_KAFKA_RESP_ERR_NO_ERROR, RD_KAFKA_MSG_STATUS_PERSISTED, -1)));
}

TEST(DeliveryReport, IsAnOutageOnlyWhenItIsCertainThatNothingIsStored) {
    constexpr auto never = RD_KAFKA_MSG_STATUS_NOT_PERSISTED;
    constexpr auto perhaps = RD_KAFKA_MSG_STATUS_POSSIBLY_PERSISTED;
    EXPECT_TRUE(std::holds_alternative<Outage>(answer_of(RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, never, -1)));
    EXPECT_TRUE(std::holds_alternative<Outage>(answer_of(RD_KAFKA_RESP_ERR__PURGE_QUEUE, never, -1)));
    EXPECT_TRUE(std::holds_alternative<Outage>(answer_of(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, never, -1)));
    EXPECT_TRUE(is<DeliveryUnknown>(answer_of(RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, perhaps, -1)));
    EXPECT_TRUE(is<DeliveryUnknown>(answer_of(RD_KAFKA_RESP_ERR__PURGE_INFLIGHT, perhaps, -1)));
    EXPECT_TRUE(is<DeliveryUnknown>(answer_of(RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, perhaps, -1)));
    // librdkafka's "not persisted" after an error of the broker's storage is a guess.
    EXPECT_TRUE(is<DeliveryUnknown>(answer_of(RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR, never, -1)));
}

/// A producer on a new topic, driven as KafkaEventLog does.
class ProducerTest : public testing::Test {
protected:
    ProducerTest() {
        options_.brokers = kafka_address();
        options_.topic = unique_topic();
        make_topic(options_.brokers, options_.topic, 1, {});
    }

    asio::awaitable<void> serve(kafka::Producer& producer, kafka::Bell& bell) {
        while (true) {
            producer.drain();
            co_await bell.rung();
        }
    }

    asio::io_context io_{1};
    KafkaOptions options_;
};

TEST_F(ProducerTest, GoesOnWithANewClientWhenTheIdempotentOneTurnsFatal) {
    kafka::Bell bell(io_.get_executor());
    asio::thread_pool pool(1);
    bool fatal = false;
    {
        kafka::Producer producer(io_.get_executor(), options_, bell, pool);
        producer.on_error = [&](const kafka::ClientError& error) { fatal = fatal || error.fatal; };
        Running serving(io_, serve(producer, bell));
        std::vector<Offset> offsets;
        run(
            io_,
            [&]() -> asio::awaitable<void> {
                const Delivery before = co_await producer.append(Partition(0), record("before"));
                offsets.push_back(std::get<Offset>(before));
                const auto failed = producer.client();
                rd_kafka_test_fatal_error(failed->get(), RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, "by a test");
                co_await until([&] { return producer.client() != failed; }, "another client");
                const Delivery after = co_await producer.append(Partition(0), record("after"));
                offsets.push_back(std::get<Offset>(after));
            },
            60s);
        EXPECT_EQ(offsets, (std::vector<Offset>{Offset(0), Offset(1)}));
        EXPECT_EQ(producer.in_flight(), 0U);
    }
    EXPECT_TRUE(fatal);
    pool.join();
}

TEST_F(ProducerTest, AnswersEveryAppendWhenItGivesUpWaitingAndTakesMore) {
    kafka::Bell bell(io_.get_executor());
    asio::thread_pool pool(1);
    kafka::Producer producer(io_.get_executor(), options_, bell, pool);
    Running serving(io_, serve(producer, bell));
    int stored = 0;
    int refused = 0;
    int unknown = 0;
    const auto append = [&](int number) -> asio::awaitable<void> {
        try {
            const Delivery delivery = co_await producer.append(Partition(0), record(std::to_string(number)));
            (std::holds_alternative<DeliveryUnknown>(delivery) ? unknown : stored) += 1;
        } catch (const Outage&) {
            refused += 1;
        }
    };
    constexpr int all = 5000;
    for (int i = 0; i < all; ++i) spawn(io_, [&append, i] { return append(i); });
    bool gave_up = false;
    run(
        io_,
        [&]() -> asio::awaitable<void> {
            co_await until([&] { return stored > 0; }, "first answers");
            producer.give_up_waiting();
            gave_up = true;
            co_await until([&] { return stored + refused + unknown == all; }, "all answers");
            // The client that took over numbers its records anew: none of them may be taken for a second copy.
            for (int i = 0; i < 100; ++i)
                (void)std::get<Offset>(co_await producer.append(Partition(0), record("more")));
        },
        60s);
    EXPECT_TRUE(gave_up);
    EXPECT_EQ(stored + refused + unknown, all);
    EXPECT_EQ(producer.in_flight(), 0U);
}

}  // namespace
}  // namespace chat::test
