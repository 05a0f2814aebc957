#include "infra/wiring/public_topic.hpp"

#include <utility>

#include "infra/wiring/kafka_log.hpp"

namespace chat {

KafkaAddress public_address(const Settings& settings) {
    if (settings.public_topic) return *settings.public_topic;
    return {settings.kafka->brokers, settings.kafka->topic + ".public"};
}

std::unique_ptr<KafkaPublicTopic> make_public_topic(const Settings& settings, std::int32_t partitions) {
    KafkaOptions options = kafka_options(public_address(settings), settings, Program::publisher, {});
    options.purpose = "the public topic";
    options.partitions = partitions;
    return std::make_unique<KafkaPublicTopic>(std::move(options), partitions);
}

std::string public_topic_name(const Settings& settings) {
    const KafkaAddress address = public_address(settings);
    return "the public topic kafka://" + address.brokers + "/" + address.topic;
}

}  // namespace chat
