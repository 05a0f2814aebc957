#pragma once

#include <librdkafka/rdkafka.h>

#include <memory>

#include "events/record.hpp"

namespace chat::kafka {

/// A copy of what a message holds.
std::shared_ptr<const Record> record_of(const rd_kafka_message_t& message);

}  // namespace chat::kafka
