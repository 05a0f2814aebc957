#pragma once

#include <librdkafka/rdkafka.h>

#include <variant>

#include "commands/ports/event_log.hpp"
#include "events/outage.hpp"

namespace chat::kafka {

/// What a delivery report means. Outage: certainly not stored, and will not be.
using Answer = std::variant<Delivery, Outage>;

Answer answer_of(const rd_kafka_message_t& report);

/// The same, of the report's parts.
Answer answer_of(rd_kafka_resp_err_t error, rd_kafka_msg_status_t status, std::int64_t offset);

}  // namespace chat::kafka
