#include "infra/postgres/read_publication.hpp"

#include "infra/postgres/array_literal.hpp"
#include "infra/postgres/fields.hpp"

namespace chat {

const Statement read_publication_mark_sql{"read_publication_mark", R"(
    SELECT next_offset, last_event_id, last_published
      FROM publication_marks WHERE topic = $1::varchar AND partition = $2::int)"};

const Statement read_publication_streams_sql{"read_publication_streams", R"(
    SELECT user_id, version, last_event_id, quarantined_at, quarantine_reason
      FROM publication_streams WHERE topic = $1::varchar AND user_id = ANY ($2::varchar[]))"};

PublicationMark read_publication_mark(PostgresSession& session, const std::string& topic, Partition partition) {
    const pqxx::result rows = session.exec(read_publication_mark_sql, topic, partition.value());
    if (rows.empty()) return {};
    const Fields row(rows[0]);
    return {{NextOffset(row.number(0)), row.optional_id<EventId>(1)}, row.optional_id<EventId>(2)};
}

KnownStreams read_publication_streams(PostgresSession& session, const std::string& topic,
                                      const std::vector<UserId>& users) {
    KnownStreams streams;
    ArrayLiteral ids;
    for (const UserId& user : users) ids.add(user.value());
    const pqxx::result rows = session.exec(read_publication_streams_sql, topic, ids.finish());
    streams.reserve(users.size());
    for (const auto& record : rows) {
        const Fields row(record);
        StreamStatus status{{Sequence(row.number(1)), row.optional_id<EventId>(2)}, {}};
        if (!row.null(3)) status.quarantined_at = Offset(row.number(3));
        if (!row.null(4)) status.quarantine_reason = row.string(4);
        streams.emplace(UserId(row.string(0)), std::move(status));
    }
    return streams;
}

}  // namespace chat
