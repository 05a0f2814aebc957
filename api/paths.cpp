#include "api/paths.hpp"

namespace chat {

std::string session_path(SessionId session) { return "/api/v1/chat-sessions/" + to_string(session); }

std::string messages_path(SessionId session) { return session_path(session) + "/messages"; }

std::string message_path(SessionId session, MessageId message) {
    return messages_path(session) + "/" + to_string(message);
}

}  // namespace chat
