#pragma once

#include <optional>
#include <string_view>

namespace chat {

/// Who wrote a message.
enum class MessageType { user, agent, system };

/// The wire name: `user`, `agent`, `system`.
std::string_view to_string(MessageType type);
std::optional<MessageType> parse_message_type(std::string_view name);

}  // namespace chat
