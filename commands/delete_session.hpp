#pragma once

#include "commands/decision.hpp"
#include "commands/user_chats.hpp"

namespace chat {

/// Delete a session softly: it answers as if it did not exist, until restored.
struct DeleteSession {
    SessionId session;

    bool operator==(const DeleteSession&) const = default;
};

/// Pure: what the command does to that state.
Decision decide(const UserChats& chats, const DeleteSession& command, const Context& context);

}  // namespace chat
