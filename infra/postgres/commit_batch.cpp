#include "infra/postgres/commit_batch.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "infra/postgres/array_literal.hpp"

namespace chat {

// `moved` is the compare-and-set; every other part asks for it first, so a loser waits for the winner's row lock before
// it has touched anything, and then does nothing. The commit waits for the disk, though the log is the truth and could
// be applied again: a server that dies must not take back what reads have shown, nor the answers to commands, which
// chat-api forgets once they are here; a retry would then be done twice.
const Statement commit_batch_sql{"commit_batch", R"(
    WITH moved AS (
        INSERT INTO checkpoints AS c (partition, next_offset, last_event_id)
        SELECT $1, $3, $4::uuid
         WHERE ($2::bigint = 0 AND $55::bigint = 0) OR EXISTS (SELECT FROM checkpoints WHERE partition = $1::int)
            ON CONFLICT (partition) DO UPDATE
           SET next_offset = excluded.next_offset, last_event_id = excluded.last_event_id
         WHERE c.next_offset = $2 AND c.edition = $55
        RETURNING c.partition),
    new_sessions AS (
        INSERT INTO chat_sessions (id, user_id, title, agent_type, created_at, last_message_at, is_active, metadata,
                                   message_count, deleted_at, changed)
        SELECT * FROM unnest($5::uuid[], $6::varchar[], $7::varchar[], $8::varchar[], $9::timestamptz[],
                             $10::timestamptz[], $11::bool[], $12::jsonb[], $13::bigint[], $14::timestamptz[],
                             $15::bigint[])
         WHERE EXISTS (SELECT FROM moved)),
    changed_sessions AS (
        UPDATE chat_sessions s
           SET title = coalesce(n.title, s.title),
               is_active = coalesce(n.active, s.is_active),
               deleted_at = CASE WHEN n.deleted THEN n.changed_at WHEN NOT n.deleted THEN NULL ELSE s.deleted_at END,
               message_count = s.message_count + n.messages_added,
               last_message_at = greatest(s.last_message_at, n.last_message_at),
               changed = n.changed
          FROM unnest($16::uuid[], $17::varchar[], $18::bool[], $19::bool[], $20::bigint[], $21::timestamptz[],
                      $22::timestamptz[], $23::bigint[])
               AS n (id, title, active, deleted, messages_added, last_message_at, changed_at, changed)
         WHERE s.id = n.id AND EXISTS (SELECT FROM moved)),
    new_messages AS (
        INSERT INTO chat_messages (id, session_id, message_type, content, agent_type, metadata, created_at, sequence)
        SELECT * FROM unnest($24::uuid[], $25::uuid[], $26::varchar[], $27::text[], $28::varchar[], $29::jsonb[],
                             $30::timestamptz[], $31::bigint[])
         WHERE EXISTS (SELECT FROM moved)),
    answers AS (
        -- Every part of this statement sees chat_sessions as it was before it.
        INSERT INTO command_answers (user_id, command_key, fingerprint, sequence, happened_at, session_id, message_id,
                                     title, message_count, last_message_at, is_active, is_deleted)
        SELECT n.user_id, n.key, n.fingerprint, n.sequence, n.happened_at, n.session, n.message,
               coalesce(n.title, s.title), coalesce(s.message_count, 0) + n.messages_added,
               greatest(s.last_message_at, n.last_message_at), coalesce(n.active, s.is_active),
               coalesce(n.deleted, s.deleted_at IS NOT NULL)
          FROM unnest($38::varchar[], $39::varchar[], $40::varchar[], $41::bigint[], $42::timestamptz[], $43::uuid[],
                      $44::uuid[], $45::varchar[], $46::bigint[], $47::timestamptz[], $48::bool[], $49::bool[])
               AS n (user_id, key, fingerprint, sequence, happened_at, session, message, title, messages_added,
                     last_message_at, active, deleted)
               LEFT JOIN chat_sessions s ON s.id = n.session
         WHERE EXISTS (SELECT FROM moved)
            ON CONFLICT (user_id, command_key) DO UPDATE
           SET fingerprint = excluded.fingerprint, sequence = excluded.sequence, happened_at = excluded.happened_at,
               session_id = excluded.session_id, message_id = excluded.message_id, title = excluded.title,
               message_count = excluded.message_count, last_message_at = excluded.last_message_at,
               is_active = excluded.is_active, is_deleted = excluded.is_deleted),
    activity AS (
        INSERT INTO user_activity AS a (user_id, day, agent_type, messages)
        SELECT n.user_id, DATE '1970-01-01' + n.day::int, coalesce(n.agent_type, s.agent_type), sum(n.messages)
          FROM unnest($50::varchar[], $51::bigint[], $52::uuid[], $53::varchar[], $54::bigint[])
               AS n (user_id, day, session, agent_type, messages)
               LEFT JOIN chat_sessions s ON s.id = n.session
         WHERE EXISTS (SELECT FROM moved)
         GROUP BY 1, 2, 3
            ON CONFLICT (user_id, day, agent_type) DO UPDATE SET messages = a.messages + excluded.messages),
    streams AS (
        INSERT INTO user_streams (user_id, version, last_event_id, last_time, quarantined_at, quarantine_reason)
        SELECT * FROM unnest($32::varchar[], $33::bigint[], $34::uuid[], $35::timestamptz[], $36::bigint[],
                             $37::text[])
         WHERE EXISTS (SELECT FROM moved)
            ON CONFLICT (user_id) DO UPDATE
           SET version = excluded.version, last_event_id = excluded.last_event_id, last_time = excluded.last_time,
               quarantined_at = excluded.quarantined_at, quarantine_reason = excluded.quarantine_reason)
    SELECT pg_notify('chat_checkpoint', concat_ws(' ', $1::text, $3::text, current_schema()))
      FROM moved)"};

namespace {

/// Columns of the rows that are new: creation and what followed it within the batch, folded into one.
struct NewSessions {
    ArrayLiteral id, user, title, agent_type, created_at, last_message_at, active, metadata, messages, deleted_at,
        changed;

    void add(const SessionChange& change) {
        const SessionChange::Creation& created = *change.created;
        const bool deleted = change.deleted.value_or(false);
        id.add(change.session);
        user.add(change.user.value());
        title.add(change.title.value_or(created.title));
        agent_type.add(to_string(created.agent_type));
        created_at.add(created.created_at);
        last_message_at.add(std::max(created.created_at, change.last_message_at.value_or(created.created_at)));
        active.add(change.active.value_or(true));
        metadata.add(created.metadata.view());
        messages.add(change.messages_added);
        deleted_at.add(deleted ? std::optional(change.changed_at) : std::nullopt);
        changed.add(change.changed.value());
    }
};

struct ChangedSessions {
    ArrayLiteral id, title, active, deleted, messages_added, last_message_at, changed_at, changed;

    void add(const SessionChange& change) {
        id.add(change.session);
        title.add(change.title);
        active.add(change.active);
        deleted.add(change.deleted);
        messages_added.add(change.messages_added);
        last_message_at.add(change.last_message_at);
        changed_at.add(change.changed_at);
        changed.add(change.changed.value());
    }
};

struct NewMessages {
    ArrayLiteral id, session, type, content, agent_type, metadata, created_at, sequence;

    void add(const MessageRow& message) {
        id.add(message.id);
        session.add(message.session);
        type.add(to_string(message.message_type));
        content.add(message.content);
        agent_type.add(message.agent_type);
        metadata.add(message.metadata.view());
        created_at.add(message.created_at);
        sequence.add(message.sequence.value());
    }
};

struct Answers {
    ArrayLiteral user, key, fingerprint, sequence, happened_at, session, message, title, messages_added,
        last_message_at, active, deleted;

    void add(const CommandAnswer& answer) {
        const SessionChange& change = answer.session;
        user.add(change.user.value());
        key.add(answer.key);
        fingerprint.add(answer.fingerprint);
        sequence.add(answer.sequence.value());
        happened_at.add(answer.time);
        session.add(change.session);
        message.add(answer.message);
        title.add(change.title || !change.created ? change.title : std::optional(change.created->title));
        messages_added.add(change.messages_added);
        last_message_at.add(change.last_message_at);
        active.add(change.active);
        deleted.add(change.deleted);
    }
};

struct Activity {
    ArrayLiteral user, day, session, agent_type, messages;

    void add(const ActivityChange& change) {
        user.add(change.user.value());
        day.add(std::int64_t{change.day.value()});
        session.add(change.session);
        agent_type.add(change.agent_type ? std::optional(to_string(*change.agent_type)) : std::nullopt);
        messages.add(change.messages);
    }
};

struct Streams {
    ArrayLiteral user, version, last_event, last_time, quarantined_at, quarantine_reason;

    void add(const UserId& id, const StreamStatus& status) {
        const bool quarantined = status.quarantined_at.has_value();
        user.add(id.value());
        version.add(status.head.sequence.value());
        last_event.add(status.head.id);
        last_time.add(status.last_time);
        quarantined_at.add(quarantined ? std::optional(status.quarantined_at->value()) : std::nullopt);
        quarantine_reason.add(quarantined ? std::optional(status.quarantine_reason) : std::nullopt);
    }
};

/// `run` gets the values of the statement's parameters, the fourth of which may be null.
template <class Run>
auto with_values(Partition partition, NextOffset from, const Checkpoint& to, const Batch& batch, const Run& run) {
    NewSessions added;
    ChangedSessions changed;
    for (const SessionChange& change : batch.sessions.all()) {
        if (change.created)
            added.add(change);
        else
            changed.add(change);
    }
    NewMessages messages;
    for (const MessageRow& message : batch.messages) messages.add(message);
    Answers answers;
    for (const CommandAnswer& answer : batch.answers.all()) answers.add(answer);
    Activity activity;
    for (const ActivityChange& change : batch.activity.all()) activity.add(change);
    Streams streams;
    for (const auto& [user, status] : batch.streams) streams.add(user, status);

    const std::string last = to.last ? to_string(*to.last) : std::string();
    return run(partition.value(), from.value(), to.next_offset.value(), to.last ? last.c_str() : nullptr,
               added.id.finish(), added.user.finish(), added.title.finish(), added.agent_type.finish(),
               added.created_at.finish(), added.last_message_at.finish(), added.active.finish(),
               added.metadata.finish(), added.messages.finish(), added.deleted_at.finish(), added.changed.finish(),
               changed.id.finish(), changed.title.finish(), changed.active.finish(), changed.deleted.finish(),
               changed.messages_added.finish(), changed.last_message_at.finish(), changed.changed_at.finish(),
               changed.changed.finish(), messages.id.finish(), messages.session.finish(), messages.type.finish(),
               messages.content.finish(), messages.agent_type.finish(), messages.metadata.finish(),
               messages.created_at.finish(), messages.sequence.finish(), streams.user.finish(),
               streams.version.finish(), streams.last_event.finish(), streams.last_time.finish(),
               streams.quarantined_at.finish(), streams.quarantine_reason.finish(), answers.user.finish(),
               answers.key.finish(), answers.fingerprint.finish(), answers.sequence.finish(),
               answers.happened_at.finish(), answers.session.finish(), answers.message.finish(), answers.title.finish(),
               answers.messages_added.finish(), answers.last_message_at.finish(), answers.active.finish(),
               answers.deleted.finish(), activity.user.finish(), activity.day.finish(), activity.session.finish(),
               activity.agent_type.finish(), activity.messages.finish(), to.edition.value());
}

std::string text_of(std::int64_t number) { return std::to_string(number); }
std::string text_of(std::string&& text) { return std::move(text); }
std::optional<std::string> text_of(const char* text) {
    return text != nullptr ? std::optional<std::string>(text) : std::nullopt;
}

}  // namespace

bool commit_batch(PostgresSession& session, Partition partition, NextOffset from, const Checkpoint& to,
                  const Batch& batch) {
    const pqxx::result moved = with_values(
        partition, from, to, batch, [&](const auto&... values) { return session.exec(commit_batch_sql, values...); });
    return !moved.empty();
}

bool commit_batch(BulkConnection& connection, Partition partition, NextOffset from, const Checkpoint& to,
                  const Batch& batch) {
    return with_values(partition, from, to, batch, [&](auto&&... values) {
        std::vector<std::optional<std::string>> texts;
        texts.reserve(sizeof...(values));
        (texts.emplace_back(text_of(std::forward<decltype(values)>(values))), ...);
        return connection.exec(commit_batch_sql.text, texts) == 1;
    });
}

}  // namespace chat
