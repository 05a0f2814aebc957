#pragma once

#include <cstdint>

#include "infra/kafka/client.hpp"
#include "infra/kafka/kafka_options.hpp"
#include "infra/kafka/log_misconfigured.hpp"

namespace chat::kafka {

/// Makes the topic if it is not there, checks the settings that the log relies on, and says how many partitions it has.
/// Blocks for `query_timeout` a question. Throws LogMisconfigured; Outage if the brokers do not answer or refuse for
/// now.
std::int32_t ensure_topic(Client& client, const KafkaOptions& options);

/// Asks for the topic's metadata, so that the client's first record or fetch need not wait for them: that would be 1 s.
/// Blocks. Throws Outage.
void learn_topic(Client& client, const KafkaOptions& options);

}  // namespace chat::kafka
