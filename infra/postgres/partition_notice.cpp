#include "infra/postgres/partition_notice.hpp"

#include <charconv>
#include <cstdint>
#include <system_error>

namespace chat {

std::optional<PartitionNotice> parse_partition_notice(std::string_view payload) {
    std::int32_t partition = 0;
    std::int64_t next = 0;
    const char* const end = payload.data() + payload.size();
    const auto [space, first_error] = std::from_chars(payload.data(), end, partition);
    if (first_error != std::errc() || space == end || *space != ' ') return std::nullopt;
    const auto [rest, second_error] = std::from_chars(space + 1, end, next);
    if (second_error != std::errc() || rest != end || partition < 0 || next < 0) return std::nullopt;
    return PartitionNotice{Partition(partition), NextOffset(next)};
}

}  // namespace chat
