#include "infra/postgres/list_sessions.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "infra/postgres/array_literal.hpp"
#include "infra/postgres/read_metadata.hpp"
#include "infra/postgres/session_columns.hpp"
#include "infra/postgres/timestamp.hpp"

namespace chat {
namespace {

// $1 partition, $2 user, $3 agent types, $4 rows at most, and with a cursor: $5 its last_message_at, $6 its id.

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
    return " AND (" + std::string(column) + ", id) " + std::string(comparison) + " ($5::timestamptz, $6::uuid)";
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

Statement make(std::string_view filter_name, SessionFilter filter, const Direction& direction) {
    const std::string order(direction.order);
    const std::string has_beyond =
        direction.beyond.empty() ? "false"
                                 : "EXISTS (" + candidates(filter, "1", direction.beyond, direction.order, "1") + ")";
    return {
        "list_" + std::string(filter_name) + "_" + std::string(direction.name),
        "SELECT c.next_offset, u.version, u.quarantined_at IS NOT NULL, " + has_beyond +
            ", s.* FROM checkpoints c LEFT JOIN user_streams u ON u.user_id = $2 LEFT JOIN LATERAL (SELECT * FROM (" +
            candidates(filter, session_columns_but_long_metadata(), direction.wanted, direction.order, "$4::bigint") +
            ") b ORDER BY last_message_at " + order + ", id " + order +
            " LIMIT $4) s ON true WHERE c.partition = $1 ORDER BY s.last_message_at DESC, s.id DESC"};
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
        return session.exec(statements.first, partition.value(), query.user.value(), types.finish(), limit);
    const SessionCursor& cursor = query.after ? *query.after : *query.before;
    return session.exec(query.after ? statements.after : statements.before, partition.value(), query.user.value(),
                        types.finish(), limit, to_timestamptz(cursor.last_message_at), to_string(cursor.id));
}

/// How many of the rows make the page; those have their metadata then, also if it is long. That is one more query for
/// each, so that no more of it is read than a page may have, and lists without any pay nothing.
std::size_t complete(PostgresSession& session, std::vector<SessionRow>& rows, const SessionListQuery& query) {
    std::size_t bytes = 0, taken = 0;
    for (SessionRow& row : rows) {
        if (taken == query.limit || bytes >= query.bytes) break;
        if (is_left_out(row.metadata)) {
            auto metadata = read_metadata(session, row.id);
            if (!metadata) throw Outage("the read model was exchanged meanwhile");
            row.metadata = *std::move(metadata);
        }
        bytes += row.metadata.view().size();
        ++taken;
    }
    return taken;
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
    std::vector<SessionRow> found;  // from the cursor on
    for (const auto& record : rows) {
        const Fields row(record);
        if (!row.null(4)) found.push_back(session_from(row, 4));
    }
    if (query.before) std::ranges::reverse(found);
    const std::size_t taken = complete(session, found, query);
    const bool more = taken < found.size();
    found.resize(taken);
    if (query.before) std::ranges::reverse(found);
    page.sessions = std::move(found);
    page.has_newer = query.before ? more : beyond;
    page.has_older = query.before ? beyond : more;
    return page;
}

}  // namespace chat
