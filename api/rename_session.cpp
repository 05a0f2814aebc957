#include "api/rename_session.hpp"

#include <utility>

#include "api/faults.hpp"
#include "api/json_body.hpp"
#include "api/paths.hpp"
#include "api/render.hpp"
#include "api/request_id.hpp"
#include "api/text_rules.hpp"

namespace chat {

Result<RenameSession, Problem> parse_rename_session(const Request& request) {
    auto body = read_json_body(request);
    if (!body) return body.error();
    RenameSession command;
    command.session = path_id<SessionId>(request, 0);
    command.title = body->optional_string("title");
    require_length(*body, "title", command.title, 1, longest_title);
    if (!body->faults().empty()) return invalid_body(*body);
    return command;
}

asio::awaitable<Response> rename_session(Request request, Chats chats) {
    auto command = parse_rename_session(request);
    if (!command) co_return respond(command.error(), request.path());
    Command asked = *std::move(command);
    Causes causes = causes_of(request);
    const auto done = co_await chats.commands.execute(request.caller, std::move(asked), std::move(causes));
    if (!done) co_return respond(problem_of(done.error()), request.path());
    co_return ok(render(done->session)).reflecting(done->sequence);
}

}  // namespace chat
