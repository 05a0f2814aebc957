#pragma once

#include <cstdint>
#include <unordered_map>

#include "events/ids.hpp"
#include "projections/command_answers.hpp"
#include "projections/message_history.hpp"
#include "projections/session_list.hpp"
#include "projections/stream_status.hpp"
#include "projections/user_activity.hpp"

namespace chat {

/// What a run of records does to the read models: applied in one transaction, or not at all.
struct Batch {
    SessionListChanges sessions;
    MessageHistoryChanges messages;
    CommandAnswerChanges answers;
    UserActivityChanges activity;
    std::unordered_map<UserId, StreamStatus> streams;  // of every user with a record that belongs, or broke
    std::int64_t events = 0;                           // records that belong
    std::int64_t voids = 0;                            // lost races and second copies
    std::int64_t foreign = 0;                          // records that are no event of ours: skipped
};

}  // namespace chat
