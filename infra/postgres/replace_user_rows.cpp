#include "infra/postgres/replace_user_rows.hpp"

#include "infra/postgres/array_literal.hpp"
#include "infra/postgres/new_edition.hpp"
#include "infra/postgres/read_checkpoints.hpp"

namespace chat {
namespace {

// Not the checkpoint's row: a projector's statement that waited for that has its snapshot from before, so it would
// update rows that are no more and miss those in their place. For the table it waits before it takes a snapshot.
constexpr const char* stop_projectors_sql = "LOCK TABLE checkpoints IN EXCLUSIVE MODE";

// By each partial index. Messages go with their sessions.
const Statement delete_user_sessions_sql{"delete_user_sessions", R"(
    DELETE FROM chat_sessions
     WHERE id IN (SELECT id FROM chat_sessions WHERE user_id = $1 AND is_active
                   UNION ALL
                  SELECT id FROM chat_sessions
                   WHERE user_id = $1 AND inactive_since IS NOT NULL AND deleted_at IS NULL
                   UNION ALL
                  SELECT id FROM chat_sessions WHERE user_id = $1 AND deleted_at IS NOT NULL))"};
const Statement delete_user_answers_sql{"delete_user_answers", "DELETE FROM command_answers WHERE user_id = $1"};
const Statement delete_user_stream_sql{"delete_user_stream", "DELETE FROM user_streams WHERE user_id = $1"};

const Statement delete_user_activity_sql{"delete_user_activity", "DELETE FROM user_activity WHERE user_id = $1"};
const Statement insert_user_activity_sql{"insert_user_activity", R"(
    INSERT INTO user_activity (user_id, day, agent_type, messages)
    SELECT $1, DATE '1970-01-01' + day::int, agent_type, messages
      FROM unnest($2::bigint[], $3::varchar[], $4::bigint[]) AS n (day, agent_type, messages))"};

const Statement insert_user_stream_sql{"insert_user_stream", R"(
    INSERT INTO user_streams (user_id, version, last_event_id, last_time, quarantined_at, quarantine_reason)
    SELECT * FROM unnest($1::varchar[], $2::bigint[], $3::uuid[], $4::timestamptz[], $5::bigint[], $6::text[]))"};

const Statement insert_user_sessions_sql{"insert_user_sessions", R"(
    INSERT INTO chat_sessions (user_id, id, title, agent_type, created_at, last_message_at, is_active, metadata,
                               message_count, deleted_at, changed)
    SELECT $1, * FROM unnest($2::uuid[], $3::varchar[], $4::varchar[], $5::timestamptz[], $6::timestamptz[],
                             $7::bool[], $8::jsonb[], $9::bigint[], $10::timestamptz[], $11::bigint[]))"};

const Statement insert_user_messages_sql{"insert_user_messages", R"(
    INSERT INTO chat_messages (id, session_id, message_type, content, agent_type, metadata, created_at, sequence)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::varchar[], $4::text[], $5::varchar[], $6::jsonb[],
                         $7::timestamptz[], $8::bigint[]))"};

const Statement insert_user_answers_sql{"insert_user_answers", R"(
    INSERT INTO command_answers (user_id, command_key, fingerprint, sequence, happened_at, session_id, message_id,
                                 title, message_count, last_message_at, is_active, is_deleted)
    SELECT $1, * FROM unnest($2::varchar[], $3::varchar[], $4::bigint[], $5::timestamptz[], $6::uuid[], $7::uuid[],
                             $8::varchar[], $9::bigint[], $10::timestamptz[], $11::bool[], $12::bool[]))"};

void insert_stream(PostgresSession& tx, const UserId& user, const StreamStatus& status) {
    ArrayLiteral id, version, last_event, last_time, quarantined_at, reason;
    const bool quarantined = status.quarantined_at.has_value();
    id.add(user.value());
    version.add(status.head.sequence.value());
    last_event.add(status.head.id);
    last_time.add(status.last_time);
    quarantined_at.add(quarantined ? std::optional(status.quarantined_at->value()) : std::nullopt);
    reason.add(quarantined ? std::optional(status.quarantine_reason) : std::nullopt);
    tx.exec(insert_user_stream_sql, id.finish(), version.finish(), last_event.finish(), last_time.finish(),
            quarantined_at.finish(), reason.finish());
}

void insert_sessions(PostgresSession& tx, const UserId& user, const UserRows& rows) {
    ArrayLiteral id, title, agent_type, created_at, last_message_at, active, metadata, messages, deleted_at, changed;
    for (const auto& [session_id, session] : rows.sessions) {
        id.add(session_id);
        title.add(session.row.title);
        agent_type.add(to_string(session.row.agent_type));
        created_at.add(session.row.created_at);
        last_message_at.add(session.row.last_message_at);
        active.add(session.row.is_active);
        metadata.add(session.row.metadata.view());
        messages.add(session.row.message_count);
        deleted_at.add(session.deleted_at);
        changed.add(session.row.changed.value());
    }
    tx.exec(insert_user_sessions_sql, user.value(), id.finish(), title.finish(), agent_type.finish(),
            created_at.finish(), last_message_at.finish(), active.finish(), metadata.finish(), messages.finish(),
            deleted_at.finish(), changed.finish());
}

void insert_messages(PostgresSession& tx, const UserRows& rows) {
    ArrayLiteral id, session, type, content, agent_type, metadata, created_at, sequence;
    for (const MessageRow& message : rows.messages) {
        id.add(message.id);
        session.add(message.session);
        type.add(to_string(message.message_type));
        content.add(message.content);
        agent_type.add(message.agent_type);
        metadata.add(message.metadata.view());
        created_at.add(message.created_at);
        sequence.add(message.sequence.value());
    }
    tx.exec(insert_user_messages_sql, id.finish(), session.finish(), type.finish(), content.finish(),
            agent_type.finish(), metadata.finish(), created_at.finish(), sequence.finish());
}

void insert_activity(PostgresSession& tx, const UserId& user, const UserRows& rows) {
    ArrayLiteral day, agent_type, messages;
    for (const auto& [key, count] : rows.activity) {
        day.add(std::int64_t{key.first.value()});
        agent_type.add(to_string(key.second));
        messages.add(count);
    }
    tx.exec(insert_user_activity_sql, user.value(), day.finish(), agent_type.finish(), messages.finish());
}

void insert_answers(PostgresSession& tx, const UserId& user, const UserRows& rows) {
    ArrayLiteral key, fingerprint, sequence, happened_at, session, message, title, count, last_message_at, active,
        deleted;
    for (const auto& [command_key, answer] : rows.answers) {
        key.add(command_key);
        fingerprint.add(answer.fingerprint);
        sequence.add(answer.sequence.value());
        happened_at.add(answer.time);
        session.add(answer.session);
        message.add(answer.message);
        title.add(answer.title);
        count.add(answer.message_count);
        last_message_at.add(answer.last_message_at);
        active.add(answer.is_active);
        deleted.add(answer.is_deleted);
    }
    tx.exec(insert_user_answers_sql, user.value(), key.finish(), fingerprint.finish(), sequence.finish(),
            happened_at.finish(), session.finish(), message.finish(), title.finish(), count.finish(),
            last_message_at.finish(), active.finish(), deleted.finish());
}

}  // namespace

std::vector<const Statement*> replace_user_rows_statements() {
    return {&delete_user_sessions_sql, &delete_user_answers_sql,  &delete_user_stream_sql,
            &delete_user_activity_sql, &insert_user_activity_sql, &insert_user_stream_sql,
            &insert_user_sessions_sql, &insert_user_messages_sql, &insert_user_answers_sql};
}

NextOffset hold_checkpoint(PostgresSession& tx, Partition partition) {
    tx.exec(stop_projectors_sql);
    return read_checkpoint(tx, partition).next_offset;
}

void replace_user_rows(PostgresSession& tx, Partition partition, const UserId& user, const UserRows& rows) {
    tx.exec(delete_user_answers_sql, user.value());
    tx.exec(delete_user_sessions_sql, user.value());
    tx.exec(delete_user_stream_sql, user.value());
    tx.exec(delete_user_activity_sql, user.value());
    if (rows.stream) insert_stream(tx, user, *rows.stream);
    insert_sessions(tx, user, rows);
    insert_messages(tx, rows);
    insert_activity(tx, user, rows);
    insert_answers(tx, user, rows);
    new_edition(tx, partition);
}

}  // namespace chat
