#pragma once

#include "infra/log/logger.hpp"
#include "infra/wiring/event_log.hpp"

namespace chat {

/// CHAT_LOG=kafka://..
std::unique_ptr<OpenedLog> make_kafka_log(asio::any_io_executor executor, const KafkaAddress& address,
                                          const Settings& settings, Program program, Logger logger);
std::unique_ptr<OpenedAssignment> make_kafka_assignment(asio::any_io_executor executor, const KafkaAddress& address,
                                                        const Settings& settings, Logger logger);

}  // namespace chat
