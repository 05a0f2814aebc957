#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "events/ids.hpp"
#include "infra/kafka/client.hpp"
#include "infra/kafka/kafka_options.hpp"

namespace chat::kafka {

/// Where a partition begins (`which`: RD_KAFKA_OFFSET_BEGINNING) or, for such a reader, ends (RD_KAFKA_OFFSET_END), or
/// why that is not known. While its leader moves, which brokers say of themselves, it is asked for again. Blocks for
/// `query_timeout`, twice that at most.
std::variant<std::int64_t, std::string> partition_bound(Client& client, const KafkaOptions& options,
                                                        Partition partition, std::int64_t which);

}  // namespace chat::kafka
