#include "api/create_session.hpp"

#include <utility>

#include "api/json_body.hpp"
#include "api/paths.hpp"
#include "api/render.hpp"
#include "api/run_command.hpp"
#include "api/text_rules.hpp"

namespace chat {

Result<CreateSession, Problem> parse_create_session(const Request& request) {
    auto body = read_json_body(request);
    if (!body) return body.error();
    CreateSession command;
    command.title = body->string("title");
    require_length(*body, "title", command.title, 1, longest_title);
    command.agent_type = body->required<AgentType>("agent_type");
    command.initial_message = body->optional_string("initial_message");
    require_some(*body, "initial_message", command.initial_message);
    command.metadata = body->object_or_empty("metadata");
    if (!body->faults().empty()) return invalid_body(*body);
    return command;
}

asio::awaitable<Response> create_session(Request request, Chats chats) {
    auto command = parse_create_session(request);
    if (!command) co_return respond(command.error(), request.path());
    Command asked = *std::move(command);
    const auto done = co_await run_command(request, chats.commands, std::move(asked));
    if (!done) co_return respond(done.error(), request.path());
    co_return answer_with_session(created(session_path(done->session.id), render(done->session)), *done);
}

}  // namespace chat
