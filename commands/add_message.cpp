#include "commands/add_message.hpp"

namespace chat {

Decision decide(const UserChats& chats, const AddMessage& command, const Context& context) {
    const Session* session = chats.find(command.session);
    if (!session || session->deleted) return Refusal::no_such_session;
    MessageAdded event{.session = command.session,
                       .message = context.new_message,
                       .message_type = command.message_type,
                       .content = command.content,
                       .agent_type = command.agent_type,
                       .metadata = command.metadata,
                       .reactivated = !session->active,
                       .deactivated = {}};
    if (event.reactivated) event.deactivated = chats.least_recent_if_full(session->agent_type);
    return event;
}

}  // namespace chat
