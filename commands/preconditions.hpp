#pragma once

#include <optional>
#include <vector>

#include "commands/decision.hpp"
#include "commands/user_chats.hpp"

namespace chat {

/// What must hold for a command to be decided at all (If-Match). No versions: nothing is asked for.
class Preconditions {
public:
    // No aggregate: g++ 12 destroys one twice that is made inside of a co_await expression.
    Preconditions() {}
    explicit Preconditions(std::vector<Sequence> session_versions) : versions_(std::move(session_versions)) {}

    /// Pure. Deleted sessions are found too, as restoring them is conditional as well; deciding says that they are
    /// gone.
    std::optional<Refusal> refused(const UserChats& chats, SessionId session) const;

private:
    std::optional<std::vector<Sequence>> versions_;  // the session must stand at one of these
};

}  // namespace chat
