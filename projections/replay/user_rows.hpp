#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
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

/// The row of a session that the batch creates. `change.created` is there.
StoredSession created_row(const SessionChange& change);

/// The answer as it is stored where the session has no row before the batch.
AnswerRow first_row(const CommandAnswer& answer);

struct UserActivityRow {
    std::string_view user;  // in the changes that it is made of
    ActivityKey key;
    std::int64_t messages = 0;
};

/// The rows of sessions that the batch creates, each once.
std::vector<UserActivityRow> first_rows(const UserActivityChanges& changes);

/// What committing the batch does to the rows, in memory. Pure. Changes of a session that is not there, and its
/// messages' activity, are dropped.
void commit_to(RowsByUser& rows, const Batch& batch);

}  // namespace chat
