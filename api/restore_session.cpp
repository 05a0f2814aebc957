#include "api/restore_session.hpp"

#include <utility>

#include "api/paths.hpp"
#include "api/render.hpp"
#include "api/run_command.hpp"

namespace chat {

asio::awaitable<Response> restore_session(Request request, Chats chats) {
    Command asked = RestoreSession{path_id<SessionId>(request, 0)};
    const auto done = co_await run_command(request, chats.commands, std::move(asked));
    if (!done) co_return respond(done.error(), request.path());
    co_return answer_with_session(ok(render(done->session)), *done);
}

}  // namespace chat
