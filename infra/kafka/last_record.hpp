#pragma once

#include <memory>
#include <optional>

#include "events/ids.hpp"
#include "events/record.hpp"
#include "infra/kafka/client.hpp"
#include "infra/kafka/kafka_options.hpp"

namespace chat::kafka {

/// The last record of a partition that `read_committed` readers see, at the time of the call; nothing if there never
/// was one. `client` has last_record_settings. Blocks. Throws Outage; LogCut if there were records and all are gone.
/// One at a time for each partition.
std::shared_ptr<const Record> last_committed_record(Client& client, const KafkaOptions& options, Partition partition);

}  // namespace chat::kafka
