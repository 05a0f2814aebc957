#pragma once

#include <string>
#include <utility>
#include <vector>

#include "infra/kafka/kafka_options.hpp"

namespace chat::kafka {

/// Names and values as librdkafka's CONFIGURATION.md has them.
using ClientSettings = std::vector<std::pair<std::string, std::string>>;

/// A full read-ahead stops the fetch. Whether librdkafka looks at it again soon, as tail_settings ask: it can be told
/// to since 2.2 (fetch.queue.backoff.ms). An older one looks after up to 1 s, or after a seek.
bool looks_again_soon();

/// Of the client that appends.
ClientSettings producer_settings(const KafkaOptions& options);
/// Of the client that reads the log's partitions, as member of no group.
ClientSettings tail_settings(const KafkaOptions& options);
/// Of the client that asks about the topic and the ends of its partitions. A client of its own, since a broker answers
/// the requests of a connection in order: behind a fetch that waits for records, a question would wait too.
ClientSettings query_settings(const KafkaOptions& options);
/// Of the client that appends to a partition of a topic in transactions, as the one writer of that name.
ClientSettings transaction_settings(const KafkaOptions& options, const std::string& transactional_id);
/// Of the client that looks for the last record of a topic that is written in transactions.
ClientSettings last_record_settings(const KafkaOptions& options);
/// Of the member of a group that only hears which partitions are its own.
ClientSettings group_settings(const KafkaGroupOptions& options);

}  // namespace chat::kafka
