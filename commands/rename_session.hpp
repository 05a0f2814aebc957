#pragma once

#include <optional>
#include <string>

#include "commands/decision.hpp"
#include "commands/user_chats.hpp"

namespace chat {

/// Give a session another title; without one, or with the same, nothing changes.
struct RenameSession {
    SessionId session;
    std::optional<std::string> title;  // 1 to 255 code points

    bool operator==(const RenameSession&) const = default;
};

/// Pure: what the command does to that state.
Decision decide(const UserChats& chats, const RenameSession& command, const Context& context);

}  // namespace chat
