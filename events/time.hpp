#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace chat {

/// A moment in UTC to the microsecond: what events carry, what PostgreSQL's timestamptz keeps.
using Time = std::chrono::sys_time<std::chrono::microseconds>;

/// RFC 3339 in UTC with six decimals: `2026-01-31T09:00:00.123456Z`.
std::string to_rfc3339(Time time);

/// Reads RFC 3339 with `Z` or an offset and up to six decimals (further ones are cut off). Nothing if it is no time.
std::optional<Time> parse_rfc3339(std::string_view text);

}  // namespace chat
