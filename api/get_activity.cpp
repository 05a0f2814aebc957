#include "api/get_activity.hpp"

#include <chrono>
#include <utility>

#include "api/query_parameters.hpp"
#include "api/rendered.hpp"
#include "events/json/json_writer.hpp"
#include "events/time.hpp"

namespace chat {
namespace {

constexpr std::size_t most_rows = 1000;
constexpr std::size_t standard_rows = 100;
constexpr std::size_t date_length = 10;  // 2026-01-31

/// By the parser of times, which knows the calendar.
std::optional<Day> parse_day(std::string_view text) {
    if (text.size() != date_length) return std::nullopt;
    const auto time = parse_rfc3339(std::string(text) + "T00:00:00Z");
    return time ? std::optional(day_of(*time)) : std::nullopt;
}

std::string render(Day day) { return to_rfc3339(Time(std::chrono::days(day.value()))).substr(0, date_length); }

}  // namespace

std::string render(const std::vector<ActivityRow>& rows) {
    JsonWriter out = JsonWriter::array();
    for (const ActivityRow& row : rows)
        out.begin_object_element()
            .field("day", render(row.day))
            .field("agent_type", to_string(row.agent_type))
            .field("messages", row.messages)
            .end();
    return out.finish();
}

Result<ActivityQuery, Problem> parse_activity_query(const Request& request) {
    QueryParameters parameters(request.query());
    ActivityQuery query;
    query.user = request.caller;
    query.agent_type = parameters.value("agent_type", parse_agent_type, "one of primary, log_analysis");
    query.from = parameters.value("from", parse_day, "a day such as 2026-01-31");
    query.to = parameters.value("to", parse_day, "a day such as 2026-01-31");
    query.limit = parameters.limit(most_rows, standard_rows);
    if (query.from && query.to && *query.to < *query.from) parameters.fault("to", "must not be before from");
    if (!parameters.faults().empty()) return invalid(parameters.faults());
    return query;
}

asio::awaitable<Response> get_activity(Request request, Chats chats) {
    const auto at_least = asked_version(request);
    if (!at_least) co_return respond(at_least.error(), request.path());
    if (const auto kept = chats.reads.kept(request.caller, request.target, *at_least))
        co_return respond(request, *kept);

    auto query = parse_activity_query(request);
    if (!query) co_return respond(query.error(), request.path());
    ChatReads::Ask ask = [asked = *query](Queries& queries, Partition partition) -> asio::awaitable<Rendered> {
        const ActivityPage page = co_await queries.activity(partition, asked);
        co_return rendered(render(page.rows), page.read.version, "", page.read);
    };
    const auto answer = co_await chats.reads.read(request.caller, request.target, *at_least, std::move(ask));
    co_return respond(request, *answer);
}

}  // namespace chat
