#include "infra/postgres/copy_rows.hpp"

#include "projections/replay/user_rows.hpp"

namespace chat {
namespace {

template <class Id>
std::optional<Uuid> uuid_of(const std::optional<Id>& id) {
    return id ? std::optional(id->uuid()) : std::nullopt;
}

void copy_sessions(BulkConnection& connection, const Batch& batch) {
    BinaryCopy copy(connection,
                    "chat_sessions (id, user_id, title, agent_type, created_at, last_message_at, is_active, metadata,"
                    " message_count, deleted_at, changed)");
    for (const SessionChange& change : batch.sessions.all()) {
        if (!change.created) continue;
        const StoredSession session = created_row(change);
        const SessionRow& row = session.row;
        copy.row(row.id.uuid(), change.user.value(), row.title, to_string(row.agent_type), row.created_at,
                 row.last_message_at, row.is_active, JsonbText{row.metadata.view()}, row.message_count,
                 session.deleted_at, row.changed.value());
    }
    copy.end();
}

void copy_streams(BulkConnection& connection, const Batch& batch) {
    BinaryCopy copy(connection,
                    "user_streams (user_id, version, last_event_id, last_time, quarantined_at, quarantine_reason)");
    for (const auto& [user, stream] : batch.streams) {
        const auto at = stream.quarantined_at;
        copy.row(user.value(), stream.head.sequence.value(), uuid_of(stream.head.id), stream.last_time,
                 at ? std::optional(at->value()) : std::nullopt,
                 at ? std::optional(stream.quarantine_reason) : std::nullopt);
    }
    copy.end();
}

void copy_answers(BulkConnection& connection, const Batch& batch) {
    BinaryCopy copy(connection,
                    "command_answers (user_id, command_key, fingerprint, sequence, happened_at, session_id, message_id,"
                    " title, message_count, last_message_at, is_active, is_deleted)");
    for (const CommandAnswer& given : batch.answers.all()) {
        const AnswerRow answer = first_row(given);
        copy.row(given.session.user.value(), given.key, answer.fingerprint, answer.sequence.value(), answer.time,
                 answer.session.uuid(), uuid_of(answer.message), answer.title, answer.message_count,
                 answer.last_message_at, answer.is_active, answer.is_deleted);
    }
    copy.end();
}

void copy_activity(BulkConnection& connection, const Batch& batch) {
    BinaryCopy copy(connection, "user_activity (user_id, day, agent_type, messages)");
    for (const UserActivityRow& row : first_rows(batch.activity))
        copy.row(row.user, row.key.first, to_string(row.key.second), row.messages);
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

void copy_rows(BulkConnection& connection, const Batch& batch) {
    copy_sessions(connection, batch);
    copy_streams(connection, batch);
    copy_answers(connection, batch);
    copy_activity(connection, batch);
}

}  // namespace chat
