#include "api/get_session.hpp"

#include <utility>

#include "api/cursors.hpp"
#include "api/page_links.hpp"
#include "api/paths.hpp"
#include "api/query_parameters.hpp"
#include "api/render.hpp"

namespace chat {
namespace {

constexpr std::size_t most_messages = 500;
constexpr std::size_t standard_messages = 100;

Rendered render_session(const MessagePage& page, const Request& request) {
    if (!page.session || page.session->is_deleted) return rendered_missing(problems::no_such_session, page.read);
    std::string link;
    if (page.has_older && !page.messages.empty()) {
        // Older messages come without the session, from the messages' own path.
        const std::string path = messages_path(page.session->id);
        const std::string cursor = encode_message_cursor(page.messages.front().sequence);
        add_link(link, page_url(path, request.query(), {"before", "after"}, "before", cursor), "prev");
    }
    return rendered(render(*page.session, page.messages), page.session->changed, link, page.read);
}

}  // namespace

Result<MessagePageQuery, Problem> parse_get_session(const Request& request) {
    QueryParameters parameters(request.query());
    MessagePageQuery query;
    query.user = request.caller;
    query.session = path_id<SessionId>(request, 0);
    query.limit = parameters.limit(most_messages, standard_messages);
    if (!parameters.faults().empty()) return invalid(parameters.faults());
    return query;
}

asio::awaitable<Response> get_session(Request request, Chats chats) {
    const auto at_least = asked_version(request);
    if (!at_least) co_return respond(at_least.error(), request.path());
    if (const auto kept = chats.reads.kept(request.caller, request.target, *at_least))
        co_return respond(request, *kept);

    auto query = parse_get_session(request);
    if (!query) co_return respond(query.error(), request.path());
    ChatReads::Ask ask = [&request, asked = *query](Queries& queries,
                                                    Partition partition) -> asio::awaitable<Rendered> {
        const MessagePage page = co_await queries.messages(partition, asked);
        co_return render_session(page, request);
    };
    const auto answer = co_await chats.reads.read(request.caller, request.target, *at_least, std::move(ask));
    co_return respond(request, *answer);
}

}  // namespace chat
