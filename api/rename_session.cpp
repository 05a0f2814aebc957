#include "api/rename_session.hpp"

#include <utility>

#include "api/json_body.hpp"
#include "api/paths.hpp"
#include "api/render.hpp"
#include "api/run_command.hpp"
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
    const auto done = co_await run_command(request, chats.commands, std::move(asked));
    if (!done) co_return respond(done.error(), request.path());
    co_return answer_with_session(ok(render(done->session)), *done);
}

}  // namespace chat
