#include "infra/postgres/read_streams.hpp"

#include "infra/postgres/array_literal.hpp"
#include "infra/postgres/fields.hpp"

namespace chat {

// One row more than users were found: the checkpoint's own, with its edition in quarantined_at's place.
const Statement read_streams_sql{"read_streams", R"(
    SELECT user_id, version, last_event_id, last_time, quarantined_at, quarantine_reason
      FROM user_streams WHERE user_id = ANY ($1::varchar[])
     UNION ALL
    SELECT NULL, next_offset, NULL, NULL, edition, NULL FROM checkpoints WHERE partition = $2)"};

StoredStreams read_streams(PostgresSession& session, Partition partition, const std::vector<UserId>& users) {
    StoredStreams found;
    ArrayLiteral ids;
    for (const UserId& user : users) ids.add(user.value());
    const pqxx::result rows = session.exec(read_streams_sql, ids.finish(), partition.value());
    found.streams.reserve(users.size());
    for (const auto& record : rows) {
        const Fields row(record);
        if (row.null(0)) {
            found.applied = NextOffset(row.number(1));
            found.edition = Edition(row.number(4));
            continue;
        }
        StreamStatus status{{Sequence(row.number(1)), row.optional_id<EventId>(2)}, row.time(3)};
        if (!row.null(4)) status.quarantined_at = Offset(row.number(4));
        if (!row.null(5)) status.quarantine_reason = row.string(5);
        found.streams.emplace(UserId(row.string(0)), std::move(status));
    }
    return found;
}

}  // namespace chat
