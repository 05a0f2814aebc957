#include "commands/create_session.hpp"

namespace chat {

Decision decide(const UserChats& chats, const CreateSession& command, const Context& context) {
    SessionCreated event{.session = context.new_session,
                         .user = context.user,
                         .title = command.title,
                         .agent_type = command.agent_type,
                         .metadata = command.metadata,
                         .first_message = {},
                         .deactivated = chats.least_recent_if_full(command.agent_type)};
    if (command.initial_message) event.first_message = FirstMessage{context.new_message, *command.initial_message};
    return event;
}

}  // namespace chat
