#include "infra/postgres/load_chats.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "infra/postgres/read_metadata.hpp"
#include "infra/postgres/session_columns.hpp"

namespace chat {
namespace {

std::string sessions_where(std::string_view condition) {
    return "SELECT " + session_columns_but_long_metadata() + " FROM chat_sessions WHERE user_id = $2 AND " +
           std::string(condition);
}

Session to_session(SessionRow row) {
    const bool left_out = is_left_out(row.metadata);
    return {
        .id = row.id,
        .title = std::move(row.title),
        .agent_type = row.agent_type,
        .created_at = row.created_at,
        .last_message_at = row.last_message_at,
        .message_count = row.message_count,
        .active = row.is_active,
        .deleted = row.is_deleted,
        .metadata = left_out ? std::nullopt : std::optional(std::move(row.metadata)),
        .changed = row.changed,
    };
}

}  // namespace

// One branch for each partial index: there is none on user_id alone, as every session would have to be kept in it.
const Statement load_chats_sql{
    "load_chats",
    "SELECT c.next_offset, u.version, u.quarantined_at IS NOT NULL, u.last_event_id, u.last_time, c.last_event_id,"
    "       c.edition, s.*"
    "  FROM checkpoints c LEFT JOIN user_streams u ON u.user_id = $2 LEFT JOIN LATERAL (" +
        sessions_where("is_active") + " UNION ALL " +
        sessions_where("inactive_since IS NOT NULL AND deleted_at IS NULL") + " UNION ALL " +
        sessions_where("deleted_at IS NOT NULL") + ") s ON true WHERE c.partition = $1"};

StoredChats load_chats(PostgresSession& session, Partition partition, const UserId& user) {
    const pqxx::result rows = session.exec(load_chats_sql, partition.value(), user.value());
    if (rows.empty()) return {};
    const Fields first(rows[0]);
    const ReadVersion read = read_version_from(first, 0);
    StoredChats stored{{}, {read.applied, first.optional_id<EventId>(5), Edition(first.number(6))}, read.quarantined};
    if (first.null(1)) return stored;

    constexpr int sessions_column = 7;
    std::vector<Session> sessions;
    for (const auto& record : rows) {
        const Fields row(record);
        if (!row.null(sessions_column)) sessions.push_back(to_session(session_from(row, sessions_column)));
    }
    stored.chats = UserChats({read.version, first.optional_id<EventId>(3)}, first.time(4), std::move(sessions));
    return stored;
}

}  // namespace chat
