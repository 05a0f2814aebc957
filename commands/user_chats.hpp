#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "commands/answer.hpp"
#include "commands/session.hpp"
#include "events/event.hpp"
#include "events/stream_order.hpp"

namespace chat {

/// At most so many active sessions for each user and agent type.
inline constexpr std::size_t active_sessions_limit = 5;

/// One user's sessions without message content: enough to decide every command. A value: no I/O, no clock.
class UserChats {
public:
    UserChats() = default;
    /// From the read model. `last_time` is the time of the stream's last event.
    UserChats(StreamHead head, Time last_time, std::vector<Session> sessions);

    const StreamHead& head() const { return head_; }
    Time last_time() const { return last_time_; }

    /// Deleted ones too. The pointer is good until the value changes.
    const Session* find(SessionId id) const;
    /// The session that has to make room for one more active session of that type; nothing if there is room. Least
    /// recently active: the smallest last_message_at, then the smallest id.
    std::optional<SessionId> least_recent_if_full(AgentType type) const;
    const std::map<SessionId, Session>& sessions() const { return sessions_; }

    /// What a command with that key was answered; nothing if no event here has it. The read model knows older ones.
    const Answered* answered(std::string_view command_key) const;
    /// The read model knows that answer now.
    void forget_answer(std::string_view command_key);

    /// Rough size, for a cache bounded by bytes.
    std::size_t bytes() const;

    bool operator==(const UserChats&) const = default;

    friend UserChats evolve(UserChats chats, const Recorded& recorded);

private:
    void remember_answer(const Recorded& recorded);
    Session* changing(SessionId id, const Envelope& envelope);
    void deactivate(const std::optional<SessionId>& id, const Envelope& envelope);
    void apply_to(const SessionCreated& event, const Envelope& envelope);
    void apply_to(const SessionRenamed& event, const Envelope& envelope);
    void apply_to(const SessionDeleted& event, const Envelope& envelope);
    void apply_to(const SessionRestored& event, const Envelope& envelope);
    void apply_to(const MessageAdded& event, const Envelope& envelope);

    StreamHead head_;
    Time last_time_;
    std::map<SessionId, Session> sessions_;
    std::map<std::string, Answered, std::less<>> answered_;  // by command key
};

/// Pure: the state after one more event. Never refuses: what it sees has happened. The caller has checked that the
/// event belongs.
UserChats evolve(UserChats chats, const Recorded& recorded);

}  // namespace chat
