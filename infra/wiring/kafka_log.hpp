#pragma once

#include "infra/kafka/kafka_options.hpp"
#include "infra/log/logger.hpp"
#include "infra/wiring/event_log.hpp"

namespace chat {

/// How a topic is reached, made and checked.
KafkaOptions kafka_options(const KafkaAddress& address, const Settings& settings, Program program, Logger logger);

/// CHAT_LOG=kafka://..
std::unique_ptr<OpenedLog> make_kafka_log(asio::any_io_executor executor, const KafkaAddress& address,
                                          const Settings& settings, Program program, Logger logger);
std::unique_ptr<OpenedAssignment> make_kafka_assignment(asio::any_io_executor executor, const KafkaAddress& address,
                                                        const Settings& settings, Program program, Logger logger);

}  // namespace chat
