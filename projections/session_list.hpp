#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "events/event.hpp"

namespace chat {

/// What a batch of events does to one row of `chat_sessions`. Empty optionals change nothing.
struct SessionChange {
    struct Creation {
        std::string title;
        AgentType agent_type{};
        Time created_at;
        JsonText metadata;
        bool operator==(const Creation&) const = default;
    };

    UserId user;
    SessionId session;
    std::optional<Creation> created;  // the row is new; the other fields apply on top of it
    std::optional<std::string> title;
    std::optional<bool> active;
    std::optional<bool> deleted;
    std::int64_t messages_added = 0;
    std::optional<Time> last_message_at;  // the row takes the greater of this and what it has
    Time changed_at;   // of the last event in the batch that changed the row; becomes deleted_at if deleted
    Sequence changed;  // its sequence

    bool operator==(const SessionChange&) const = default;
};

/// The changes of a batch, one entry for each session, in the order of first touch. Collects, never queries.
class SessionListChanges {
public:
    SessionChange& of(const UserId& user, SessionId session);
    const std::vector<SessionChange>& all() const { return changes_; }

private:
    std::vector<SessionChange> changes_;
    std::unordered_map<SessionId, std::size_t> index_;
};

/// Pure. The caller has checked that the event belongs to its stream.
void apply(SessionListChanges& changes, const Recorded& recorded);

}  // namespace chat
