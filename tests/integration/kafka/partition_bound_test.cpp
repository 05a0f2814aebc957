#include "infra/kafka/partition_bound.hpp"

#include <gtest/gtest.h>
#include <librdkafka/rdkafka_mock.h>

#include <boost/asio/io_context.hpp>

#include "infra/kafka/bell.hpp"
#include "infra/kafka/client_settings.hpp"

namespace chat::test {
namespace {

/// librdkafka's own stand-in for a broker, as a real one does not say such things when told to.
class PartitionBoundTest : public testing::Test {
protected:
    PartitionBoundTest() {
        rd_kafka_mock_topic_create(brokers_, "t", 1, 1);
        options_.brokers = rd_kafka_mock_cluster_bootstraps(brokers_);
        options_.topic = "t";
    }
    ~PartitionBoundTest() override {
        rd_kafka_mock_cluster_destroy(brokers_);
        rd_kafka_destroy(owner_);
    }

    template <class... Errors>
    void fail_next(Errors... errors) {
        constexpr std::int16_t list_offsets = 2;
        rd_kafka_mock_push_request_errors(brokers_, list_offsets, sizeof...(errors), errors...);
    }
    std::variant<std::int64_t, std::string> ask() {
        kafka::Client client(RD_KAFKA_CONSUMER, kafka::query_settings(options_), bell_);
        auto bound = kafka::partition_bound(client, options_, Partition(0), RD_KAFKA_OFFSET_END);
        client.silence();
        return bound;
    }

    rd_kafka_t* const owner_ = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), nullptr, 0);
    rd_kafka_mock_cluster_t* const brokers_ = rd_kafka_mock_cluster_new(owner_, 1);
    KafkaOptions options_;
    boost::asio::io_context io_;
    kafka::Bell bell_{io_.get_executor()};
};

TEST_F(PartitionBoundTest, IsAskedForAgainWhileTheLeaderMoves) {
    fail_next(RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE);
    const auto bound = ask();
    ASSERT_TRUE(std::holds_alternative<std::int64_t>(bound)) << std::get<std::string>(bound);
    EXPECT_EQ(std::get<std::int64_t>(bound), 0);
}

TEST_F(PartitionBoundTest, IsNotKnownIfTheBrokerRefuses) {
    fail_next(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
    const auto bound = ask();
    ASSERT_TRUE(std::holds_alternative<std::string>(bound));
    EXPECT_EQ(std::get<std::string>(bound), "Broker: Topic authorization failed");
}

}  // namespace
}  // namespace chat::test
