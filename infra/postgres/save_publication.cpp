#include "infra/postgres/save_publication.hpp"

#include "infra/postgres/array_literal.hpp"

namespace chat {

// As in commit_batch: the compare-and-set comes first, and what a crash of the server takes back is found out again.
const Statement save_publication_sql{"save_publication", R"(
    WITH moved AS (
        INSERT INTO publication_marks AS m (topic, partition, next_offset, last_event_id, last_published)
        SELECT $1::varchar, $2::int, $4::bigint, $5::uuid, $6::uuid
         WHERE $3::bigint = 0 OR EXISTS (SELECT FROM publication_marks
                                          WHERE topic = $1::varchar AND partition = $2::int)
            ON CONFLICT (topic, partition) DO UPDATE
           SET next_offset = excluded.next_offset, last_event_id = excluded.last_event_id,
               last_published = excluded.last_published
         WHERE m.next_offset = $3::bigint
        RETURNING m.partition),
    streams AS (
        INSERT INTO publication_streams (topic, user_id, partition, version, last_event_id, quarantined_at,
                                         quarantine_reason)
        SELECT $1::varchar, n.user_id, $2::int, n.version, n.last_event_id, n.quarantined_at, n.quarantine_reason
          FROM unnest($7::varchar[], $8::bigint[], $9::uuid[], $10::bigint[], $11::text[])
               AS n (user_id, version, last_event_id, quarantined_at, quarantine_reason)
         WHERE EXISTS (SELECT FROM moved)
            ON CONFLICT (topic, user_id) DO UPDATE
           SET partition = excluded.partition, version = excluded.version, last_event_id = excluded.last_event_id,
               quarantined_at = excluded.quarantined_at, quarantine_reason = excluded.quarantine_reason)
    SELECT set_config('synchronous_commit', 'off', true) FROM moved)"};

bool save_publication(PostgresSession& session, const std::string& topic, Partition partition, NextOffset from,
                      const PublicationMark& to, const KnownStreams& changed) {
    ArrayLiteral user, version, last_event, quarantined_at, quarantine_reason;
    for (const auto& [id, stream] : changed) {
        const bool quarantined = stream.quarantined_at.has_value();
        user.add(id.value());
        version.add(stream.head.sequence.value());
        last_event.add(stream.head.id);
        quarantined_at.add(quarantined ? std::optional(stream.quarantined_at->value()) : std::nullopt);
        quarantine_reason.add(quarantined ? std::optional(stream.quarantine_reason) : std::nullopt);
    }
    const std::string last = to.checkpoint.last ? to_string(*to.checkpoint.last) : std::string();
    const std::string published = to.last_published ? to_string(*to.last_published) : std::string();
    const pqxx::result moved = session.exec(
        save_publication_sql, topic, partition.value(), from.value(), to.checkpoint.next_offset.value(),
        to.checkpoint.last ? last.c_str() : nullptr, to.last_published ? published.c_str() : nullptr, user.finish(),
        version.finish(), last_event.finish(), quarantined_at.finish(), quarantine_reason.finish());
    return !moved.empty();
}

}  // namespace chat
