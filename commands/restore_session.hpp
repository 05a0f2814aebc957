#pragma once

#include "commands/decision.hpp"
#include "commands/user_chats.hpp"

namespace chat {

/// Make an inactive or deleted session active again; nothing changes if it is active.
struct RestoreSession {
    SessionId session;

    bool operator==(const RestoreSession&) const = default;
};

/// Pure: what the command does to that state.
Decision decide(const UserChats& chats, const RestoreSession& command, const Context& context);

}  // namespace chat
