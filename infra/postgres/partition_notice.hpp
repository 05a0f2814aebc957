#pragma once

#include <optional>
#include <string_view>

#include "events/ids.hpp"

namespace chat {

/// The payload of notifications of `chat_log` and `chat_checkpoint`, without the schema that listeners look at first:
/// `<partition> <next_offset>`.
struct PartitionNotice {
    Partition partition;
    NextOffset next;
};

/// Nothing if it is something else: anyone may notify.
std::optional<PartitionNotice> parse_partition_notice(std::string_view payload);

}  // namespace chat
