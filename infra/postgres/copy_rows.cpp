#include "infra/postgres/copy_rows.hpp"

namespace chat {
namespace {

template <class Id>
std::optional<Uuid> uuid_of(const std::optional<Id>& id) {
    return id ? std::optional(id->uuid()) : std::nullopt;
}

void copy_sessions(BulkConnection& connection, const RowsByUser& rows) {
    BinaryCopy copy(connection,
                    "chat_sessions (id, user_id, title, agent_type, created_at, last_message_at, is_active, metadata,"
                    " message_count, deleted_at, changed)");
    for (const auto& [user, held] : rows)
        for (const auto& [id, session] : held.sessions)
            copy.row(id.uuid(), user.value(), session.row.title, to_string(session.row.agent_type),
                     session.row.created_at, session.row.last_message_at, session.row.is_active,
                     JsonbText{session.row.metadata.view()}, session.row.message_count, session.deleted_at,
                     session.row.changed.value());
    copy.end();
}

void copy_streams(BulkConnection& connection, const RowsByUser& rows) {
    BinaryCopy copy(connection,
                    "user_streams (user_id, version, last_event_id, last_time, quarantined_at, quarantine_reason)");
    for (const auto& [user, held] : rows) {
        if (!held.stream) continue;
        const StreamStatus& stream = *held.stream;
        const auto at = stream.quarantined_at;
        copy.row(user.value(), stream.head.sequence.value(), uuid_of(stream.head.id), stream.last_time,
                 at ? std::optional(at->value()) : std::nullopt,
                 at ? std::optional(stream.quarantine_reason) : std::nullopt);
    }
    copy.end();
}

void copy_answers(BulkConnection& connection, const RowsByUser& rows) {
    BinaryCopy copy(connection,
                    "command_answers (user_id, command_key, fingerprint, sequence, happened_at, session_id, message_id,"
                    " title, message_count, last_message_at, is_active, is_deleted)");
    for (const auto& [user, held] : rows)
        for (const auto& [key, answer] : held.answers)
            copy.row(user.value(), key, answer.fingerprint, answer.sequence.value(), answer.time, answer.session.uuid(),
                     uuid_of(answer.message), answer.title, answer.message_count, answer.last_message_at,
                     answer.is_active, answer.is_deleted);
    copy.end();
}

void copy_activity(BulkConnection& connection, const RowsByUser& rows) {
    BinaryCopy copy(connection, "user_activity (user_id, day, agent_type, messages)");
    for (const auto& [user, held] : rows)
        for (const auto& [key, messages] : held.activity)
            copy.row(user.value(), key.first, to_string(key.second), messages);
    copy.end();
}

}  // namespace

BinaryCopy begin_message_copy(BulkConnection& connection) {
    return BinaryCopy(
        connection,
        "chat_messages (id, session_id, message_type, content, agent_type, metadata, created_at, sequence)");
}

void copy_message(BinaryCopy& copy, const MessageRow& message) {
    copy.row(message.id.uuid(), message.session.uuid(), to_string(message.message_type), message.content,
             message.agent_type, JsonbText{message.metadata.view()}, message.created_at, message.sequence.value());
}

void copy_rows(BulkConnection& connection, const RowsByUser& rows) {
    copy_sessions(connection, rows);
    copy_streams(connection, rows);
    copy_answers(connection, rows);
    copy_activity(connection, rows);
}

}  // namespace chat
