#include "api/list_messages.hpp"

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

/// The place that the page before, or after, this one is reckoned from. An empty page has its own cursor's place.
std::optional<Sequence> oldest(const MessagePage& page, const MessagePageQuery& query) {
    if (!page.messages.empty()) return page.messages.front().sequence;
    return query.after ? std::optional(query.after->next()) : query.before;
}

std::optional<Sequence> newest(const MessagePage& page, const MessagePageQuery& query) {
    if (!page.messages.empty()) return page.messages.back().sequence;
    if (query.before && query.before->value() > 0) return Sequence(query.before->value() - 1);
    return query.after;
}

Rendered render_page(const MessagePage& page, const MessagePageQuery& query, const Request& request) {
    if (!page.session || page.session->is_deleted) return rendered_missing(problems::no_such_session, page.read);
    std::string link;
    const auto add = [&](std::string_view parameter, Sequence place, std::string_view relation) {
        const std::string cursor = encode_message_cursor(place);
        add_link(link, page_url(request.path(), request.query(), {"before", "after"}, parameter, cursor), relation);
    };
    if (const auto place = oldest(page, query); page.has_older && place) add("before", *place, "prev");
    if (const auto place = newest(page, query); page.has_newer && place) add("after", *place, "next");
    return rendered(render(page.messages), page.session->changed, link, page.read);
}

}  // namespace

Result<MessagePageQuery, Problem> parse_message_page(const Request& request) {
    constexpr std::string_view a_cursor = "a cursor that a Link gave";
    QueryParameters parameters(request.query());
    MessagePageQuery query;
    query.user = request.caller;
    query.session = path_id<SessionId>(request, 0);
    query.limit = parameters.limit(most_messages, standard_messages);
    query.before = parameters.value("before", parse_message_cursor, a_cursor);
    query.after = parameters.value("after", parse_message_cursor, a_cursor);
    if (query.before && query.after) parameters.fault("after", "must not stand beside before");
    if (!parameters.faults().empty()) return invalid(parameters.faults());
    return query;
}

asio::awaitable<Response> list_messages(Request request, Chats chats) {
    const auto at_least = asked_version(request);
    if (!at_least) co_return respond(at_least.error(), request.path());
    if (const auto kept = chats.reads.kept(request.caller, request.target, *at_least))
        co_return respond(request, *kept);

    auto query = parse_message_page(request);
    if (!query) co_return respond(query.error(), request.path());
    ChatReads::Ask ask = [&request, asked = *query](Queries& queries,
                                                    Partition partition) -> asio::awaitable<Rendered> {
        const MessagePage page = co_await queries.messages(partition, asked);
        co_return render_page(page, asked, request);
    };
    const auto answer = co_await chats.reads.read(request.caller, request.target, *at_least, std::move(ask));
    co_return respond(request, *answer);
}

}  // namespace chat
