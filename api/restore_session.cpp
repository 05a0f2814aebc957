#include "api/restore_session.hpp"

#include <utility>

#include "api/faults.hpp"
#include "api/paths.hpp"
#include "api/render.hpp"
#include "api/request_id.hpp"

namespace chat {

asio::awaitable<Response> restore_session(Request request, Chats chats) {
    Command asked = RestoreSession{path_id<SessionId>(request, 0)};
    Causes causes = causes_of(request);
    const auto done = co_await chats.commands.execute(request.caller, std::move(asked), std::move(causes));
    if (!done) co_return respond(problem_of(done.error()), request.path());
    co_return ok(render(done->session)).reflecting(done->sequence);
}

}  // namespace chat
