#include "commands/delete_session.hpp"

namespace chat {

Decision decide(const UserChats& chats, const DeleteSession& command, const Context&) {
    const Session* session = chats.find(command.session);
    if (!session || session->deleted) return Refusal::no_such_session;
    return SessionDeleted{command.session};
}

}  // namespace chat
