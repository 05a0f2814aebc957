#include "infra/wiring/event_log.hpp"

#include <utility>

#include "infra/wiring/embedded_log.hpp"
#include "infra/wiring/kafka_log.hpp"

namespace chat {

std::unique_ptr<OpenedLog> make_event_log(asio::any_io_executor executor, const Settings& settings, Program program,
                                          Logger logger) {
    if (settings.kafka) return make_kafka_log(executor, *settings.kafka, settings, program, std::move(logger));
    return make_embedded_log(executor, settings, program);
}

std::string event_log_name(const Settings& settings) {
    if (settings.kafka) return "the event log kafka://" + settings.kafka->brokers + "/" + settings.kafka->topic;
    return "the event log in PostgreSQL";
}

std::unique_ptr<OpenedAssignment> make_assignment(asio::any_io_executor executor, const Settings& settings,
                                                  Program program, std::int32_t partitions, Logger logger) {
    if (settings.kafka) return make_kafka_assignment(executor, *settings.kafka, settings, program, std::move(logger));
    return make_embedded_assignment(executor, settings, program, partitions);
}

const std::string& group_of(const Settings& settings, Program program) {
    return program == Program::publisher ? settings.public_group : settings.group;
}

}  // namespace chat
