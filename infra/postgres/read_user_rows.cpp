#include "infra/postgres/read_user_rows.hpp"

#include <stdexcept>

#include "infra/postgres/array_literal.hpp"
#include "infra/postgres/read_streams.hpp"
#include "infra/postgres/session_columns.hpp"

namespace chat {
namespace {

std::string sessions_where(std::string_view condition) {
    return "SELECT user_id, deleted_at, " + std::string(session_columns) +
           " FROM chat_sessions WHERE user_id = ANY ($1::varchar[]) AND " + std::string(condition);
}

std::string first_users(std::string_view table, std::string_view condition) {
    return "(SELECT DISTINCT user_id FROM " + std::string(table) + " WHERE user_id > $1 AND " + std::string(condition) +
           " ORDER BY user_id LIMIT $2::bigint)";
}

std::string list_of(const std::vector<UserId>& users) {
    ArrayLiteral list;
    for (const UserId& user : users) list.add(user.value());
    return list.finish();
}

}  // namespace

// One branch for each partial index, as there is none on user_id alone. A row that no event makes may come twice.
const Statement read_user_sessions_sql{
    "read_user_sessions", sessions_where("is_active") + " UNION ALL " +
                              sessions_where("inactive_since IS NOT NULL AND deleted_at IS NULL") + " UNION ALL " +
                              sessions_where("deleted_at IS NOT NULL")};

const Statement read_user_messages_sql{"read_user_messages", R"(
    SELECT session_id, id, message_type, content, agent_type, metadata, created_at, sequence
      FROM chat_messages WHERE session_id = ANY ($1::uuid[]) ORDER BY session_id, sequence)"};

const Statement read_user_answers_sql{"read_user_answers", R"(
    SELECT user_id, command_key, fingerprint, sequence, happened_at, session_id, message_id, title, message_count,
           last_message_at, is_active, is_deleted
      FROM command_answers WHERE user_id = ANY ($1::varchar[]))"};

// The day by its number since 1970-01-01.
const Statement read_user_activity_sql{"read_user_activity", R"(
    SELECT user_id, day - DATE '1970-01-01', agent_type, messages
      FROM user_activity WHERE user_id = ANY ($1::varchar[]))"};

// Each branch stops at its own first users, in the order of an index.
const Statement read_users_after_sql{
    "read_users_after",
    first_users("user_streams", "TRUE") + " UNION " + first_users("chat_sessions", "is_active") + " UNION " +
        first_users("chat_sessions", "inactive_since IS NOT NULL AND deleted_at IS NULL") + " UNION " +
        first_users("chat_sessions", "deleted_at IS NOT NULL") + " UNION " + first_users("command_answers", "TRUE") +
        " UNION " + first_users("user_activity", "TRUE") + " ORDER BY user_id LIMIT $2::bigint"};

const Statement read_as_stored_sql{"read_as_stored",
                                   "SELECT j::text FROM unnest($1::jsonb[]) WITH ORDINALITY AS t (j, n) ORDER BY n"};

RowsByUser read_user_rows(PostgresSession& session, Partition partition, const std::vector<UserId>& users) {
    RowsByUser rows;
    const std::string list = list_of(users);
    for (auto& [user, status] : read_streams(session, partition, users).streams) rows[user].stream = std::move(status);

    std::unordered_map<SessionId, UserId> owners;
    ArrayLiteral ids;
    for (const auto& line : session.exec(read_user_sessions_sql, list)) {
        const Fields row(line);
        const UserId user(row.string(0));
        StoredSession stored{session_from(row, 2), {}};
        if (!row.null(1)) stored.deleted_at = row.time(1);
        const SessionId id = stored.row.id;
        if (!owners.emplace(id, user).second) continue;
        ids.add(id);
        rows[user].sessions.emplace(id, std::move(stored));
    }
    for (const auto& line : session.exec(read_user_messages_sql, ids.finish())) {
        const Fields row(line);
        const SessionId of(row.uuid(0));
        const auto type = parse_message_type(row.text(2));
        if (!type) throw std::invalid_argument("unknown message type in chat_messages");
        rows[owners.at(of)].messages.push_back({.id = row.id<MessageId>(1),
                                                .session = of,
                                                .message_type = *type,
                                                .content = row.string(3),
                                                .agent_type = row.optional_string(4),
                                                .metadata = JsonText(row.string(5)),
                                                .created_at = row.time(6),
                                                .sequence = Sequence(row.number(7))});
    }
    for (const auto& line : session.exec(read_user_answers_sql, list)) {
        const Fields row(line);
        rows[UserId(row.string(0))].answers[row.string(1)] = {.fingerprint = row.string(2),
                                                              .sequence = Sequence(row.number(3)),
                                                              .time = row.time(4),
                                                              .session = row.id<SessionId>(5),
                                                              .message = row.optional_id<MessageId>(6),
                                                              .title = row.string(7),
                                                              .message_count = row.number(8),
                                                              .last_message_at = row.time(9),
                                                              .is_active = row.boolean(10),
                                                              .is_deleted = row.boolean(11)};
    }
    for (const auto& line : session.exec(read_user_activity_sql, list)) {
        const Fields row(line);
        const auto type = parse_agent_type(row.text(2));
        if (!type) throw std::invalid_argument("unknown agent type in user_activity");
        rows[UserId(row.string(0))].activity[{Day(static_cast<std::int32_t>(row.number(1))), *type}] = row.number(3);
    }
    return rows;
}

std::vector<UserId> read_users_after(PostgresSession& session, const std::optional<UserId>& last, std::size_t limit) {
    std::vector<UserId> users;
    for (const auto& line :
         session.exec(read_users_after_sql, last ? last->value() : std::string(), static_cast<std::int64_t>(limit)))
        users.emplace_back(Fields(line).string(0));
    return users;
}

std::vector<std::string> read_as_stored(PostgresSession& session, const std::vector<std::string>& json) {
    ArrayLiteral list;
    for (const std::string& text : json) list.add(std::string_view(text));
    std::vector<std::string> stored;
    for (const auto& line : session.exec(read_as_stored_sql, list.finish())) stored.push_back(Fields(line).string(0));
    return stored;
}

}  // namespace chat
