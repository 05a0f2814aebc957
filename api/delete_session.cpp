#include "api/delete_session.hpp"

#include <utility>

#include "api/faults.hpp"
#include "api/paths.hpp"
#include "api/request_id.hpp"

namespace chat {

asio::awaitable<Response> delete_session(Request request, Chats chats) {
    Command asked = DeleteSession{path_id<SessionId>(request, 0)};
    Causes causes = causes_of(request);
    const auto done = co_await chats.commands.execute(request.caller, std::move(asked), std::move(causes));
    if (!done) co_return respond(problem_of(done.error()), request.path());
    co_return ok(R"({"message":"Session deleted successfully"})").reflecting(done->sequence);
}

}  // namespace chat
