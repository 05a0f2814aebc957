#include "api/list_sessions.hpp"

#include <utility>

#include "api/cursors.hpp"
#include "api/page_links.hpp"
#include "api/query_parameters.hpp"
#include "api/render.hpp"

namespace chat {
namespace {

constexpr std::size_t most_sessions = 100;
constexpr std::size_t standard_sessions = 10;

std::optional<SessionFilter> parse_filter(std::string_view state) {
    if (state == "active") return SessionFilter::active;
    if (state == "inactive") return SessionFilter::inactive;
    if (state == "deleted") return SessionFilter::deleted;
    if (state == "all") return SessionFilter::all;
    return std::nullopt;
}

SessionCursor place_of(const SessionRow& row) { return {row.last_message_at, row.id}; }

Rendered render_page(const SessionPage& page, const Request& request) {
    std::string link;
    const auto add = [&](const SessionPageCursor& cursor, std::string_view relation) {
        add_link(link, page_url(request.path(), request.query(), {"cursor"}, "cursor", encode(cursor)), relation);
    };
    if (page.has_older && !page.sessions.empty()) add({place_of(page.sessions.back()), false}, "next");
    if (page.has_newer && !page.sessions.empty()) add({place_of(page.sessions.front()), true}, "prev");
    return rendered(render(page.sessions), page.read.version, link, page.read);
}

}  // namespace

Result<SessionListQuery, Problem> parse_session_list(const Request& request) {
    QueryParameters parameters(request.query());
    SessionListQuery query;
    query.user = request.caller;
    query.agent_type = parameters.value("agent_type", parse_agent_type, "one of primary, log_analysis");
    query.filter = parameters.value("state", parse_filter, "one of active, inactive, deleted, all")
                       .value_or(SessionFilter::active);
    query.limit = parameters.limit(most_sessions, standard_sessions);
    const auto cursor = parameters.value("cursor", parse_session_cursor, "a cursor that a Link gave");
    if (!parameters.faults().empty()) return invalid(parameters.faults());
    if (cursor) (cursor->towards_newer ? query.before : query.after) = cursor->row;
    return query;
}

asio::awaitable<Response> list_sessions(Request request, Chats chats) {
    const auto at_least = asked_version(request);
    if (!at_least) co_return respond(at_least.error(), request.path());
    if (const auto kept = chats.reads.kept(request.caller, request.target, *at_least))
        co_return respond(request, *kept);

    auto query = parse_session_list(request);
    if (!query) co_return respond(query.error(), request.path());
    ChatReads::Ask ask = [&request, asked = *query](Queries& queries,
                                                    Partition partition) -> asio::awaitable<Rendered> {
        const SessionPage page = co_await queries.sessions(partition, asked);
        co_return render_page(page, request);
    };
    const auto answer = co_await chats.reads.read(request.caller, request.target, *at_least, std::move(ask));
    co_return respond(request, *answer);
}

}  // namespace chat
