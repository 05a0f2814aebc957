#include "infra/postgres/read_messages.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <string>

#include "infra/postgres/session_columns.hpp"

namespace chat {
namespace {

// $1 partition, $2 user, $3 session, $4 sequence that bounds the page, $5 rows at most, $6 bytes after which there are
// no more rows; each row tells how many there would be without that. Metadata that is short as it is stored is short.
// The first row is the session
// with the state of reading; the others are messages in the same columns, so that a session's title and metadata do not
// come again with each message.
std::string page_statement(const std::string& wanted, const std::string& order, const std::string& beyond) {
    return R"(
    WITH s AS (SELECT * FROM chat_sessions WHERE id = $3::uuid AND user_id = $2)
    SELECT c.next_offset, u.version, u.quarantined_at IS NOT NULL,
           )" +
           beyond + R"( AND EXISTS (SELECT FROM chat_messages m WHERE m.session_id = s.id AND NOT m.sequence )" +
           wanted + R"( $4::bigint) AS beyond,
           s.id, s.title, s.agent_type, s.created_at, s.last_message_at, s.message_count, s.is_active,
           s.deleted_at IS NOT NULL AS deleted, s.metadata, s.changed, NULL::varchar AS message_type
      FROM checkpoints c LEFT JOIN user_streams u ON u.user_id = $2 LEFT JOIN s ON true
     WHERE c.partition = $1
     UNION ALL
    (SELECT NULL, NULL, NULL, NULL, m.id, m.content, m.agent_type, m.created_at, NULL, m.candidates, NULL, NULL,
            m.metadata, m.sequence, m.message_type
       FROM (SELECT c.*, count(*) OVER () AS candidates,
                    sum(c.size) OVER (ORDER BY c.sequence )" +
           order + R"( ROWS UNBOUNDED PRECEDING) - c.size AS before
               FROM (SELECT m.*, octet_length(m.content) + CASE WHEN pg_column_size(m.metadata) < 100 THEN 100
                                                                ELSE octet_length(m.metadata::text) END AS size
                       FROM chat_messages m
                      WHERE m.session_id = (SELECT id FROM s) AND m.sequence )" +
           wanted + R"( $4
                      ORDER BY m.sequence )" +
           order + R"( LIMIT $5::bigint) c) m
      WHERE m.before < $6::bigint
      ORDER BY m.sequence )" +
           order + ")";
}

constexpr std::int64_t no_bound = std::numeric_limits<std::int64_t>::max();
constexpr int session_column = 4;
constexpr int message_type_column = session_column + session_column_count;

MessageRow message_from(const Fields& row, SessionId session) {
    const auto type = parse_message_type(row.text(message_type_column));
    if (!type) throw std::invalid_argument("unknown message type in chat_messages");
    return {
        .id = row.id<MessageId>(session_column),
        .session = session,
        .message_type = *type,
        .content = row.string(session_column + 1),
        .agent_type = row.optional_string(session_column + 2),
        .metadata = JsonText(row.string(session_column + 8)),
        .created_at = row.time(session_column + 3),
        .sequence = Sequence(row.number(session_column + 9)),
    };
}

}  // namespace

const Statement read_messages_below_sql{"read_messages_below",
                                        page_statement("<", "DESC", "$4 < " + std::to_string(no_bound))};
const Statement read_messages_above_sql{"read_messages_above", page_statement(">", "ASC", "true")};

MessagePage read_messages(PostgresSession& session, Partition partition, const MessagePageQuery& query) {
    const auto limit = static_cast<std::int64_t>(query.limit) + 1;  // one more tells whether there are more
    const std::int64_t bound = query.after ? query.after->value() : query.before ? query.before->value() : no_bound;
    const pqxx::result rows =
        session.exec(query.after ? read_messages_above_sql : read_messages_below_sql, partition.value(),
                     query.user.value(), to_string(query.session), bound, limit, query.bytes);
    MessagePage page;
    bool beyond = false;
    std::size_t candidates = 0;
    for (const auto& record : rows) {
        const Fields row(record);
        if (!row.null(message_type_column)) {
            page.messages.push_back(message_from(row, query.session));
            candidates = static_cast<std::size_t>(row.number(session_column + 5));
            continue;
        }
        page.read = read_version_from(row, 0);
        beyond = !row.null(3) && row.boolean(3);
        if (!row.null(session_column)) page.session = session_from(row, session_column);
    }
    std::sort(page.messages.begin(), page.messages.end(),
              [](const MessageRow& a, const MessageRow& b) { return a.sequence < b.sequence; });
    const bool more = candidates > query.limit || candidates > page.messages.size();
    if (page.messages.size() > query.limit)
        page.messages.erase(query.after ? page.messages.end() - 1 : page.messages.begin());
    page.has_older = query.after ? beyond : more;
    page.has_newer = query.after ? more : beyond;
    return page;
}

const Statement read_message_sql{"read_message", R"(
    SELECT c.next_offset, u.version, u.quarantined_at IS NOT NULL, NULL,
           m.id, m.content, m.agent_type, m.created_at, NULL, NULL, NULL, NULL, m.metadata, m.sequence, m.message_type
      FROM checkpoints c LEFT JOIN user_streams u ON u.user_id = $2
      LEFT JOIN (chat_messages m JOIN chat_sessions s
                   ON s.id = m.session_id AND s.user_id = $2 AND s.deleted_at IS NULL)
        ON m.id = $4::uuid AND m.session_id = $3::uuid
     WHERE c.partition = $1)"};

SingleMessage read_message(PostgresSession& session, Partition partition, const UserId& user, SessionId chat_session,
                           MessageId message) {
    const pqxx::result rows =
        session.exec(read_message_sql, partition.value(), user.value(), to_string(chat_session), to_string(message));
    SingleMessage single;
    if (rows.empty()) return single;
    const Fields row(rows[0]);
    single.read = read_version_from(row, 0);
    if (!row.null(session_column)) single.message = message_from(row, chat_session);
    return single;
}

}  // namespace chat
