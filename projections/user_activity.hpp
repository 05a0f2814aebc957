#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "events/event.hpp"

namespace chat {

/// Days since 1970-01-01, UTC.
using Day = Named<struct DayTag, std::int32_t>;

Day day_of(Time time);

/// Messages that a batch adds to one row of `user_activity`: those of one session on one day.
struct ActivityChange {
    UserId user;
    SessionId session;
    Day day;
    std::optional<AgentType> agent_type;  // the session's, if it was created in the batch; else the store knows it
    std::int64_t messages = 0;

    bool operator==(const ActivityChange&) const = default;
};

/// The changes of a batch, one entry for each session and day, in the order of first touch. Collects, never queries.
class UserActivityChanges {
public:
    void created(SessionId session, AgentType type) { created_.emplace(session, type); }
    void add_message(const UserId& user, SessionId session, Time time);

    const std::vector<ActivityChange>& all() const { return changes_; }

private:
    std::vector<ActivityChange> changes_;
    struct Hash {
        std::size_t operator()(const std::pair<SessionId, Day>& key) const {
            return std::hash<SessionId>()(key.first) + static_cast<std::size_t>(key.second.value());
        }
    };
    std::unordered_map<std::pair<SessionId, Day>, std::size_t, Hash> index_;
    std::unordered_map<SessionId, AgentType> created_;
};

/// Pure. The caller has checked that the event belongs to its stream.
void apply(UserActivityChanges& changes, const Recorded& recorded);

}  // namespace chat
