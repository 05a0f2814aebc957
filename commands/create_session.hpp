#pragma once

#include <optional>
#include <string>

#include "commands/decision.hpp"
#include "commands/user_chats.hpp"

namespace chat {

/// Begin a session. A sixth active one of its type makes the least recently active one inactive.
struct CreateSession {
    std::string title;  // 1 to 255 code points
    AgentType agent_type{};
    std::optional<std::string> initial_message;  // at least one code point
    JsonText metadata;                           // an object

    bool operator==(const CreateSession&) const = default;
};

/// Pure: what the command does to that state.
Decision decide(const UserChats& chats, const CreateSession& command, const Context& context);

}  // namespace chat
