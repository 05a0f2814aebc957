#include "commands/restore_session.hpp"

namespace chat {

Decision decide(const UserChats& chats, const RestoreSession& command, const Context&) {
    const Session* session = chats.find(command.session);
    if (!session) return Refusal::no_such_session;
    if (session->active) return Unchanged{command.session};
    return SessionRestored{command.session, chats.least_recent_if_full(session->agent_type)};
}

}  // namespace chat
