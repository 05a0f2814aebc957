#include "commands/rename_session.hpp"

namespace chat {

Decision decide(const UserChats& chats, const RenameSession& command, const Context& context) {
    const Session* session = chats.find(command.session);
    if (!session || session->deleted) return Refusal::no_such_session;
    if (!command.title || *command.title == session->title) return Unchanged{command.session};
    SessionRenamed event{command.session, *command.title};
    if (context.tell_previous_title) event.previous_title = session->title;
    return event;
}

}  // namespace chat
