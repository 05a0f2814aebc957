#pragma once

#include <string>
#include <string_view>

#include "events/time.hpp"

namespace chat {

/// PostgreSQL's ISO form in UTC, to the microsecond: `2026-01-31 09:00:00.123456+00`. Years before 1 become BC.
std::string to_timestamptz(Time time);

/// Reads what PostgreSQL writes for a timestamptz with datestyle ISO, in any time zone. Throws std::invalid_argument.
Time from_timestamptz(std::string_view text);

}  // namespace chat
