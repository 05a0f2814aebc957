#include "infra/postgres/list_sessions.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include "infra/postgres/array_literal.hpp"
#include "infra/postgres/session_columns.hpp"
#include "infra/postgres/timestamp.hpp"

namespace chat {
namespace {

// $1 partition, $2 user, $3 agent types, $4 rows at most, $5 bytes of metadata after which there are no more rows, and
// with a cursor: $6 its last_message_at, $7 its id.

/// Which rows, seen from the cursor, and which of them first. `beyond` are those on the cursor's other side.
struct Direction {
    std::string_view name;
    std::string_view order;   // of rows taken
    std::string_view wanted;  // compares with the cursor; empty: no cursor
    std::string_view beyond;
};
constexpr Direction newest{"newest", "DESC", "", ""};
constexpr Direction older{"older", "DESC", "<", ">="};
constexpr Direction newer{"newer", "ASC", ">", "<="};

std::string cursor(std::string_view column, std::string_view comparison) {
    if (comparison.empty()) return {};
    return " AND (" + std::string(column) + ", id) " + std::string(comparison) + " ($6::timestamptz, $7::uuid)";
}

/// A user's active sessions are at most a handful: read them all by their index, sort in memory.
std::string active(std::string_view columns, std::string_view comparison) {
    return "SELECT " + std::string(columns) +
           " FROM chat_sessions WHERE user_id = $2 AND is_active AND agent_type = ANY ($3::varchar[])" +
           cursor("last_message_at", comparison);
}

/// The others may be many: for each agent type the page's worth straight from the index, then merged, so that the work
/// is bounded by the page however many there are.
std::string indexed(std::string_view columns, std::string_view condition, std::string_view comparison,
                    std::string_view order, std::string_view limit) {
    const std::string direction(order);
    return "SELECT o.* FROM unnest($3::varchar[]) AS type (name) CROSS JOIN LATERAL (SELECT " + std::string(columns) +
           " FROM chat_sessions WHERE user_id = $2 AND agent_type = type.name AND " + std::string(condition) +
           cursor("inactive_since", comparison) + " ORDER BY inactive_since " + direction + ", id " + direction +
           " LIMIT " + std::string(limit) + ") o";
}

constexpr std::string_view inactive_condition = "inactive_since IS NOT NULL AND deleted_at IS NULL";
constexpr std::string_view deleted_condition = "deleted_at IS NOT NULL";

std::string candidates(SessionFilter filter, std::string_view columns, std::string_view comparison,
                       std::string_view order, std::string_view limit) {
    switch (filter) {
        case SessionFilter::active:
            return active(columns, comparison);
        case SessionFilter::inactive:
            return indexed(columns, inactive_condition, comparison, order, limit);
        case SessionFilter::deleted:
            return indexed(columns, deleted_condition, comparison, order, limit);
        case SessionFilter::all:
            return active(columns, comparison) + " UNION ALL " +
                   indexed(columns, inactive_condition, comparison, order, limit);
    }
    return {};
}

/// Those of the rows before which there are fewer bytes than a page has, each with how many there would be without
/// that. Metadata that is short as it is stored is short.
std::string bounded(const std::string& rows, const std::string& order) {
    return "SELECT * FROM (SELECT r.*, count(*) OVER () AS candidates, sum(CASE WHEN pg_column_size(metadata) < 100 "
           "THEN 0"
           " ELSE octet_length(metadata::text) END) OVER (ORDER BY last_message_at " +
           order + ", id " + order + " ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before FROM (" + rows +
           ") r) w WHERE before IS NULL OR before < $5::bigint";
}

Statement make(std::string_view filter_name, SessionFilter filter, const Direction& direction) {
    const std::string order(direction.order);
    const std::string has_beyond =
        direction.beyond.empty() ? "false"
                                 : "EXISTS (" + candidates(filter, "1", direction.beyond, direction.order, "1") + ")";
    return {"list_" + std::string(filter_name) + "_" + std::string(direction.name),
            "SELECT c.next_offset, u.version, u.quarantined_at IS NOT NULL, " + has_beyond +
                ", s.* FROM checkpoints c LEFT JOIN user_streams u ON u.user_id = $2 LEFT JOIN LATERAL (" +
                bounded("SELECT * FROM (" +
                            candidates(filter, session_columns, direction.wanted, direction.order, "$4::bigint") +
                            ") b ORDER BY last_message_at " + order + ", id " + order + " LIMIT $4",
                        order) +
                ") s ON true WHERE c.partition = $1 ORDER BY s.last_message_at DESC, s.id DESC"};
}

struct Statements {
    std::string_view name;
    SessionFilter filter;
    Statement first = make(name, filter, newest);
    Statement after = make(name, filter, older);
    Statement before = make(name, filter, newer);
};

const Statements& statements_of(SessionFilter filter) {
    static const Statements active_ones{"active", SessionFilter::active};
    static const Statements inactive_ones{"inactive", SessionFilter::inactive};
    static const Statements deleted_ones{"deleted", SessionFilter::deleted};
    static const Statements all_ones{"all", SessionFilter::all};
    switch (filter) {
        case SessionFilter::active:
            return active_ones;
        case SessionFilter::inactive:
            return inactive_ones;
        case SessionFilter::deleted:
            return deleted_ones;
        case SessionFilter::all:
            return all_ones;
    }
    return active_ones;
}

pqxx::result run(PostgresSession& session, Partition partition, const SessionListQuery& query) {
    ArrayLiteral types;
    for (const AgentType type : {AgentType::primary, AgentType::log_analysis})
        if (!query.agent_type || query.agent_type == type) types.add(to_string(type));
    const auto limit = static_cast<std::int64_t>(query.limit) + 1;  // one more tells whether there are more
    const Statements& statements = statements_of(query.filter);
    if (!query.after && !query.before)
        return session.exec(statements.first, partition.value(), query.user.value(), types.finish(), limit,
                            query.bytes);
    const SessionCursor& cursor = query.after ? *query.after : *query.before;
    return session.exec(query.after ? statements.after : statements.before, partition.value(), query.user.value(),
                        types.finish(), limit, query.bytes, to_timestamptz(cursor.last_message_at),
                        to_string(cursor.id));
}

}  // namespace

std::vector<const Statement*> list_sessions_statements() {
    std::vector<const Statement*> all;
    for (const auto filter :
         {SessionFilter::active, SessionFilter::inactive, SessionFilter::deleted, SessionFilter::all}) {
        const Statements& statements = statements_of(filter);
        all.insert(all.end(), {&statements.first, &statements.after, &statements.before});
    }
    return all;
}

SessionPage list_sessions(PostgresSession& session, Partition partition, const SessionListQuery& query) {
    const pqxx::result rows = run(session, partition, query);
    SessionPage page;
    if (rows.empty()) return page;
    const Fields first(rows[0]);
    page.read = read_version_from(first, 0);
    const bool beyond = first.boolean(3);
    constexpr int candidates_column = 4 + session_column_count;
    const auto candidates = static_cast<std::size_t>(first.number_or_0(candidates_column));
    for (const auto& record : rows) {
        const Fields row(record);
        if (!row.null(4)) page.sessions.push_back(session_from(row, 4));
    }
    const bool more = candidates > query.limit || candidates > page.sessions.size();
    if (page.sessions.size() > query.limit)
        page.sessions.erase(query.before ? page.sessions.begin() : page.sessions.end() - 1);
    page.has_newer = query.before ? more : beyond;
    page.has_older = query.before ? beyond : more;
    return page;
}

}  // namespace chat
