#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include "events/ids.hpp"
#include "events/stream_order.hpp"
#include "events/time.hpp"
#include "projections/command_answers.hpp"
#include "projections/message_history.hpp"
#include "projections/session_list.hpp"

namespace chat {

/// Where a user's stream stands in the read model.
struct StreamStatus {
    StreamHead head;
    Time last_time;                          // of the stream's last event
    std::optional<Offset> quarantined_at{};  // the first record that does not follow; nothing after it is applied
    std::string quarantine_reason{};

    bool operator==(const StreamStatus&) const = default;
};

/// What a run of records does to the read models: applied in one transaction, or not at all.
struct Batch {
    SessionListChanges sessions;
    MessageHistoryChanges messages;
    CommandAnswerChanges answers;
    std::unordered_map<UserId, StreamStatus> streams;  // of every user with a record that belongs, or broke
    std::int64_t events = 0;                           // records that belong
    std::int64_t voids = 0;                            // lost races and second copies
    std::int64_t foreign = 0;                          // records that are no event of ours: skipped
};

}  // namespace chat
