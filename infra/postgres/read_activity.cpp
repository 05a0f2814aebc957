#include "infra/postgres/read_activity.hpp"

#include <optional>

#include "infra/postgres/session_columns.hpp"

namespace chat {
namespace {

constexpr std::string_view epoch = "DATE '1970-01-01'";

std::optional<std::string> number_of(const std::optional<Day>& day) {
    return day ? std::optional(std::to_string(day->value())) : std::nullopt;
}

const char* text_or_null(const std::optional<std::string>& text) { return text ? text->c_str() : nullptr; }

}  // namespace

const Statement read_activity_sql{
    "read_activity", "SELECT c.next_offset, u.version, u.quarantined_at IS NOT NULL, a.day - " + std::string(epoch) +
                         R"(, a.agent_type, a.messages
      FROM checkpoints c
           LEFT JOIN user_streams u ON u.user_id = $2::varchar
           LEFT JOIN LATERAL (
               SELECT day, agent_type, messages FROM user_activity
                WHERE user_id = $2::varchar AND ($3::int IS NULL OR day >= )" +
                         std::string(epoch) + R"( + $3::int) AND ($4::int IS NULL OR day <= )" + std::string(epoch) +
                         R"( + $4::int) AND ($5::varchar IS NULL OR agent_type = $5::varchar)
                ORDER BY day DESC, agent_type LIMIT $6::bigint) a ON true
     WHERE c.partition = $1::int ORDER BY a.day DESC, a.agent_type)"};

ActivityPage read_activity(PostgresSession& session, Partition partition, const ActivityQuery& query) {
    const auto from = number_of(query.from);
    const auto to = number_of(query.to);
    const auto type = query.agent_type ? std::optional(std::string(to_string(*query.agent_type))) : std::nullopt;
    const pqxx::result rows =
        session.exec(read_activity_sql, partition.value(), query.user.value(), text_or_null(from), text_or_null(to),
                     text_or_null(type), static_cast<std::int64_t>(query.limit));
    ActivityPage page;
    if (rows.empty()) return page;
    page.read = read_version_from(Fields(rows[0]), 0);
    for (const auto& record : rows) {
        const Fields row(record);
        if (row.null(3)) continue;
        page.rows.push_back(
            {Day(static_cast<std::int32_t>(row.number(3))), *parse_agent_type(row.text(4)), row.number(5)});
    }
    return page;
}

}  // namespace chat
