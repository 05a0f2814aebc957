#include "api/get_message.hpp"

#include <utility>

#include "api/paths.hpp"
#include "api/query_parameters.hpp"
#include "api/render.hpp"

namespace chat {

asio::awaitable<Response> get_message(Request request, Chats chats) {
    const auto at_least = asked_version(request);
    if (!at_least) co_return respond(at_least.error(), request.path());
    if (const auto kept = chats.reads.kept(request.caller, request.target, *at_least))
        co_return respond(request, *kept);

    ChatReads::Ask ask = [&request](Queries& queries, Partition partition) -> asio::awaitable<Rendered> {
        const auto session = path_id<SessionId>(request, 0);
        const auto id = path_id<MessageId>(request, 1);
        const SingleMessage found = co_await queries.message(partition, request.caller, session, id);
        if (!found.message) co_return rendered_missing(problems::no_such_message, found.read);
        co_return rendered(render(*found.message), found.message->sequence, {}, found.read);
    };
    const auto answer = co_await chats.reads.read(request.caller, request.target, *at_least, std::move(ask));
    co_return respond(request, *answer);
}

}  // namespace chat
