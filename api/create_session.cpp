#include "api/create_session.hpp"

#include <utility>

#include "api/faults.hpp"
#include "api/json_body.hpp"
#include "api/paths.hpp"
#include "api/render.hpp"
#include "api/request_id.hpp"
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
    Causes causes = causes_of(request);
    const auto done = co_await chats.commands.execute(request.caller, std::move(asked), std::move(causes));
    if (!done) co_return respond(problem_of(done.error()), request.path());
    co_return created(session_path(done->session.id), render(done->session)).reflecting(done->sequence);
}

}  // namespace chat
