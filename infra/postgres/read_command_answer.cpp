#include "infra/postgres/read_command_answer.hpp"

#include <cstdint>
#include <stdexcept>

#include "infra/postgres/fields.hpp"

namespace chat {

const Statement read_command_answer_sql{"read_command_answer", R"(
    SELECT a.fingerprint, a.sequence, a.happened_at, a.title, a.message_count, a.last_message_at, a.is_active,
           a.is_deleted, s.id, s.agent_type, s.created_at, s.metadata,
           m.id, m.message_type, m.content, m.agent_type, m.metadata, c.next_offset,
           c.last_event_id, c.edition, u.quarantined_at IS NOT NULL
      FROM checkpoints c
           LEFT JOIN user_streams u ON u.user_id = $1
           LEFT JOIN command_answers a ON a.user_id = $1 AND a.command_key = $2
                                      AND a.happened_at >= now() - make_interval(secs => $3::bigint)
           LEFT JOIN chat_sessions s ON s.id = a.session_id
           LEFT JOIN chat_messages m ON m.id = a.message_id
     WHERE c.partition = $4)"};

StoredAnswer read_command_answer(PostgresSession& session, Partition partition, const UserId& user,
                                 const std::string& command_key, std::chrono::seconds kept) {
    const pqxx::result rows = session.exec(read_command_answer_sql, user.value(), command_key,
                                           static_cast<std::int64_t>(kept.count()), partition.value());
    if (rows.empty()) return {};
    const Fields row(rows[0]);
    const Checkpoint applied{NextOffset(row.number(17)), row.optional_id<EventId>(18), Edition(row.number(19))};
    const bool quarantined = row.boolean(20);
    if (row.null(0)) return {std::nullopt, applied, quarantined};
    const auto agent_type = parse_agent_type(row.text(9));
    if (!agent_type) throw std::invalid_argument("unknown agent type in chat_sessions");
    const Sequence sequence(row.number(1));
    Answered answered{.fingerprint = row.string(0),
                      .answer = {.session = {.id = row.id<SessionId>(8),
                                             .title = row.string(3),
                                             .agent_type = *agent_type,
                                             .created_at = row.time(10),
                                             .last_message_at = row.time(5),
                                             .message_count = row.number(4),
                                             .active = row.boolean(6),
                                             .deleted = row.boolean(7),
                                             .metadata = JsonText(row.string(11)),
                                             .changed = sequence},
                                 .added = {},
                                 .time = row.time(2),
                                 .sequence = sequence}};
    if (row.null(12)) return {std::move(answered), applied, quarantined};
    const auto message_type = parse_message_type(row.text(13));
    if (!message_type) throw std::invalid_argument("unknown message type in chat_messages");
    answered.answer.added = MessageAdded{.session = answered.answer.session.id,
                                         .message = row.id<MessageId>(12),
                                         .message_type = *message_type,
                                         .content = row.string(14),
                                         .agent_type = row.optional_string(15),
                                         .metadata = JsonText(row.string(16)),
                                         .reactivated = false,
                                         .deactivated = {}};
    return {std::move(answered), applied, quarantined};
}

}  // namespace chat
