#pragma once

#include <optional>
#include <string_view>

#include "events/checkpoint.hpp"

namespace chat {

/// The payload of notifications of `chat_log` and `chat_checkpoint`, without the schema that listeners look at first:
/// `<partition> <next_offset>`, and with a new edition of the read model `<partition> <next_offset>:<edition>`.
struct PartitionNotice {
    Partition partition;
    NextOffset next;
    std::optional<Edition> edition{};
};

/// Nothing if it is something else: anyone may notify.
std::optional<PartitionNotice> parse_partition_notice(std::string_view payload);

}  // namespace chat
