#pragma once

#include <optional>
#include <string>
#include <unordered_map>

#include "events/ids.hpp"
#include "events/stream_order.hpp"
#include "events/time.hpp"

namespace chat {

/// Where a user's stream stands in the read model.
struct StreamStatus {
    StreamHead head;
    Time last_time;                          // of the stream's last event
    std::optional<Offset> quarantined_at{};  // the first record that does not follow; nothing after it is applied
    std::string quarantine_reason{};

    bool operator==(const StreamStatus&) const = default;
};

/// Where streams stood before a run of records. A user who is absent has no events yet.
using KnownStreams = std::unordered_map<UserId, StreamStatus>;

}  // namespace chat
