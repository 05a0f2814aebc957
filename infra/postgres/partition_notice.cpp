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
    if (second_error != std::errc() || partition < 0 || next < 0) return std::nullopt;
    PartitionNotice notice{Partition(partition), NextOffset(next)};
    if (rest == end) return notice;
    std::int64_t edition = 0;
    const auto [last, third_error] = std::from_chars(rest + 1, end, edition);
    if (*rest != ':' || third_error != std::errc() || last != end || edition < 0) return std::nullopt;
    notice.edition = Edition(edition);
    return notice;
}

}  // namespace chat
