#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "infra/kafka/kafka_event_log.hpp"
#include "tests/support/coroutine.hpp"
#include "tests/support/kafka_address.hpp"
#include "tests/support/kafka_topics.hpp"
#include "tests/support/running.hpp"

namespace chat::test {
namespace {

using namespace std::chrono_literals;

KafkaOptions options_for(const std::string& topic) {
    KafkaOptions options;
    options.brokers = kafka_address();
    options.topic = topic;
    options.partitions = 5;
    options.query_timeout = 10s;
    return options;
}

std::int32_t open(const KafkaOptions& options) {
    asio::io_context io(1);
    KafkaEventLog log(io.get_executor(), options);
    Running running(io, log.run());
    run(
        io, [&] { return log.open(); }, 60s);
    return log.partitions();
}

/// What opening an unsuitable topic says.
std::string refusal(const std::vector<std::pair<std::string, std::string>>& settings) {
    const std::string topic = unique_topic();
    make_topic(kafka_address(), topic, 1, settings);
    try {
        open(options_for(topic));
    } catch (const LogMisconfigured& refused) {
        return refused.what();
    }
    return "accepted";
}

TEST(KafkaTopic, IsMadeWithThePartitionsAskedFor) {
    const std::string topic = unique_topic();
    EXPECT_EQ(open(options_for(topic)), 5);
}

TEST(KafkaTopic, KeepsItsPartitionsWhenItIsThereAlready) {
    KafkaOptions options = options_for(unique_topic());
    EXPECT_EQ(open(options), 5);
    options.partitions = 12;
    EXPECT_EQ(open(options), 5);
}

TEST(KafkaTopic, MayBeMadeByTwoProgramsAtOnce) {
    const KafkaOptions options = options_for(unique_topic());
    asio::io_context io(1);
    KafkaEventLog one(io.get_executor(), options);
    KafkaEventLog other(io.get_executor(), options);
    Running one_runs(io, one.run());
    Running other_runs(io, other.run());
    bool other_open = false;
    spawn(io, [&]() -> asio::awaitable<void> {
        co_await other.open();
        other_open = true;
    });
    run(
        io,
        [&]() -> asio::awaitable<void> {
            co_await one.open();
            co_await until([&] { return other_open; }, "the other is open");
        },
        60s);
    EXPECT_EQ(one.partitions(), 5);
    EXPECT_EQ(other.partitions(), 5);
}

TEST(KafkaTopic, IsRefusedByTheNameOfTheSettingThatIsWrong) {
    const std::vector<std::pair<std::string, std::string>> right = {
        {"retention.ms", "-1"}, {"max.message.bytes", "8388608"}, {"cleanup.policy", "delete"}};
    EXPECT_EQ(refusal(right), "accepted");
    const auto but = [&](const std::string& name, const std::string& value) {
        auto settings = right;
        std::erase_if(settings, [&](const auto& setting) { return setting.first == name; });
        settings.emplace_back(name, value);
        return refusal(settings);
    };
    EXPECT_THAT(but("cleanup.policy", "compact"), testing::HasSubstr("cleanup.policy is 'compact' and must be delete"));
    EXPECT_THAT(but("retention.ms", "604800000"), testing::HasSubstr("retention.ms"));
    EXPECT_THAT(but("retention.bytes", "1000000"), testing::HasSubstr("retention.bytes"));
    EXPECT_THAT(but("unclean.leader.election.enable", "true"), testing::HasSubstr("unclean.leader.election.enable"));
    EXPECT_THAT(but("max.message.bytes", "1000"),
                testing::HasSubstr("max.message.bytes is '1000' and must be at least"));
}

TEST(KafkaTopic, IsRefusedWhenKafkaCannotHaveOneOfThatName) {
    EXPECT_THROW(open(options_for("no/such name")), LogMisconfigured);
}

TEST(KafkaTopic, IsAnOutageWhenThereAreFewerBrokersThanCopies) {
    KafkaOptions options = options_for(unique_topic());
    options.replication = 3;
    try {
        open(options);
        FAIL() << "made three copies on one broker";
    } catch (const Outage& outage) {
        EXPECT_THAT(outage.what(), testing::HasSubstr("eplication"));
    }
}

TEST(KafkaTopic, IsAnOutageWhenNobodyAnswers) {
    KafkaOptions options = options_for(unique_topic());
    options.brokers = "127.0.0.1:1";
    options.query_timeout = 500ms;
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_THROW(open(options), Outage);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);
}

TEST(KafkaTopic, IsACutLogWhenItIsDeletedUnderAReader) {
    const KafkaOptions options = options_for(unique_topic());
    asio::io_context io(1);
    KafkaEventLog log(io.get_executor(), options);
    Running running(io, log.run());
    bool cut = false;
    run(
        io,
        [&]() -> asio::awaitable<void> {
            co_await log.open();
            delete_topic(options.brokers, options.topic);
            try {
                (void)co_await log.read(Partition(0), NextOffset(0), 1);
            } catch (const LogCut&) {
                cut = true;
            }
        },
        60s);
    EXPECT_TRUE(cut);
}

TEST(KafkaEventLog, RefusesARecordThatIsTooLargeAndGoesOn) {
    const KafkaOptions options = options_for(unique_topic());
    asio::io_context io(1);
    KafkaEventLog log(io.get_executor(), options);
    Running running(io, log.run());
    const auto large = std::make_shared<const Record>(Record{"ann", {}, std::string(options.record_bytes + 1, 'x')});
    const auto largest =
        std::make_shared<const Record>(Record{"ann", {}, std::string(options.record_bytes - 1000, 'x')});
    bool refused = false;
    std::optional<Delivery> delivery;
    run(
        io,
        [&]() -> asio::awaitable<void> {
            co_await log.open();
            try {
                (void)co_await log.append(Partition(0), large);
            } catch (const std::length_error&) {
                refused = true;
            }
            delivery = co_await log.append(Partition(0), largest);
        },
        60s);
    EXPECT_TRUE(refused);
    ASSERT_TRUE(delivery && std::holds_alternative<Offset>(*delivery));
    EXPECT_EQ(std::get<Offset>(*delivery), Offset(0));
    EXPECT_EQ(log.in_flight(), 0U);
}

}  // namespace
}  // namespace chat::test
