#pragma once

#include <cstdint>
#include <string>

namespace chat {

// Damage as /readyz tells it, which needs no token: what and how much, but not whose.

inline std::string quarantined_streams(std::int64_t streams) {
    return std::to_string(streams) + (streams == 1 ? " user's history is" : " users' histories are") +
           " damaged (quarantined)";
}

inline std::string foreign_records(std::int64_t records) {
    return std::to_string(records) +
           (records == 1 ? " record of the log is no event of ours" : " records of the log are no events of ours");
}

}  // namespace chat
