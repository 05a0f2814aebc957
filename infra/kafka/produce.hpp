#pragma once

#include <librdkafka/rdkafka.h>

#include <cstdint>

#include "events/ids.hpp"
#include "events/record.hpp"

namespace chat::kafka {

/// Whether the caller keeps the record's value alive until its delivery report, or librdkafka copies it like the rest.
enum class Value { kept, copied };

/// Hands a record to a producer. `id` comes back with the report.
rd_kafka_resp_err_t produce(rd_kafka_t* client, rd_kafka_topic_t* topic, Partition partition, const Record& record,
                            Value value, std::uintptr_t id);

}  // namespace chat::kafka
