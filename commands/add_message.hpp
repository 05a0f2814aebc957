#pragma once

#include <optional>
#include <string>

#include "commands/decision.hpp"
#include "commands/user_chats.hpp"

namespace chat {

/// Add a message to a session; an inactive one becomes active again.
struct AddMessage {
    SessionId session;
    MessageType message_type{};
    std::string content;                    // at least one code point
    std::optional<std::string> agent_type;  // at most 20 code points
    JsonText metadata;                      // an object

    bool operator==(const AddMessage&) const = default;
};

/// Pure: what the command does to that state.
Decision decide(const UserChats& chats, const AddMessage& command, const Context& context);

}  // namespace chat
