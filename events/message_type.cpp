#include "events/message_type.hpp"

namespace chat {

std::string_view to_string(MessageType type) {
    switch (type) {
        case MessageType::user:
            return "user";
        case MessageType::agent:
            return "agent";
        case MessageType::system:
            return "system";
    }
    return {};
}

std::optional<MessageType> parse_message_type(std::string_view name) {
    for (const auto type : {MessageType::user, MessageType::agent, MessageType::system}) {
        if (name == to_string(type)) return type;
    }
    return std::nullopt;
}

}  // namespace chat
