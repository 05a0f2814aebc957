#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "infra/config/settings.hpp"
#include "infra/kafka/kafka_public_topic.hpp"

namespace chat {

/// Where chat-publisher publishes: CHAT_PUBLIC_TOPIC, or the topic of that name beside the log.
KafkaAddress public_address(const Settings& settings);

/// Of a log with so many partitions. Open it.
std::unique_ptr<KafkaPublicTopic> make_public_topic(const Settings& settings, std::int32_t partitions);

/// For people: `the public topic kafka://host:port/topic`.
std::string public_topic_name(const Settings& settings);

}  // namespace chat
