#include "commands/rename_session.hpp"

namespace chat {

Decision decide(const UserChats& chats, const RenameSession& command, const Context&) {
    const Session* session = chats.find(command.session);
    if (!session || session->deleted) return Refusal::no_such_session;
    if (!command.title || *command.title == session->title) return Unchanged{command.session};
    return SessionRenamed{command.session, *command.title};
}

}  // namespace chat
