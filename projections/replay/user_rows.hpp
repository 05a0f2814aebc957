#pragma once

#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "projections/batch.hpp"
#include "projections/ports/queries.hpp"

namespace chat {

/// A row of `chat_sessions` with what readers do not see of it.
struct StoredSession {
    SessionRow row;
    std::optional<Time> deleted_at;

    bool operator==(const StoredSession&) const = default;
};

/// A row of `command_answers`: the session right after the event, as far as that can change.
struct AnswerRow {
    std::string fingerprint;
    Sequence sequence;
    Time time;
    SessionId session;
    std::optional<MessageId> message;
    std::string title;
    std::int64_t message_count = 0;
    Time last_message_at;
    bool is_active = true;
    bool is_deleted = false;

    bool operator==(const AnswerRow&) const = default;
};

/// What a row of `user_activity` counts: a day and the agent type of the sessions.
using ActivityKey = std::pair<Day, AgentType>;

/// All that the read model holds of a user.
struct UserRows {
    std::optional<StreamStatus> stream;
    std::map<SessionId, StoredSession> sessions;
    std::vector<MessageRow> messages;  // of one session in their order; sessions may be mixed
    std::map<std::string, AnswerRow> answers;
    std::map<ActivityKey, std::int64_t> activity;  // messages

    bool operator==(const UserRows&) const = default;
};

using RowsByUser = std::unordered_map<UserId, UserRows>;

/// What committing the batch does to the rows, in memory. Pure. Changes of a session that is not there, and its
/// messages' activity, are dropped.
void commit_to(RowsByUser& rows, const Batch& batch);

}  // namespace chat
