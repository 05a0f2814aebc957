#include "api/add_message.hpp"

#include <stdexcept>
#include <utility>

#include "api/json_body.hpp"
#include "api/paths.hpp"
#include "api/render.hpp"
#include "api/run_command.hpp"
#include "api/text_rules.hpp"

namespace chat {

Result<AddMessage, Problem> parse_add_message(const Request& request) {
    auto body = read_json_body(request);
    if (!body) return body.error();
    AddMessage command;
    command.session = path_id<SessionId>(request, 0);
    command.message_type = body->required<MessageType>("message_type");
    command.content = body->string("content");
    require_some(*body, "content", command.content);
    command.agent_type = body->optional_string("agent_type");
    require_length(*body, "agent_type", command.agent_type, 0, longest_message_agent_type);
    command.metadata = body->object_or_empty("metadata");
    if (!body->faults().empty()) return invalid_body(*body);
    return command;
}

asio::awaitable<Response> add_message(Request request, Chats chats) {
    auto command = parse_add_message(request);
    if (!command) co_return respond(command.error(), request.path());
    Command asked = *std::move(command);
    const auto done = co_await run_command(request, chats.commands, std::move(asked));
    if (!done) co_return respond(done.error(), request.path());
    if (!done->added) throw std::logic_error("an added message without a message");
    const std::string location = message_path(done->session.id, done->added->message);
    co_return answer_to_command(created(location, render(*done->added, done->time)), *done);
}

}  // namespace chat
