#include "api/delete_session.hpp"

#include <utility>

#include "api/paths.hpp"
#include "api/run_command.hpp"

namespace chat {

asio::awaitable<Response> delete_session(Request request, Chats chats) {
    Command asked = DeleteSession{path_id<SessionId>(request, 0)};
    const auto done = co_await run_command(request, chats.commands, std::move(asked));
    if (!done) co_return respond(done.error(), request.path());
    co_return answer_to_command(ok(R"({"message":"Session deleted successfully"})"), *done);
}

}  // namespace chat
