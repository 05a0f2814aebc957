#include "infra/postgres/quarantine_streams.hpp"

#include "infra/postgres/array_literal.hpp"
#include "infra/postgres/new_edition.hpp"
#include "infra/postgres/read_checkpoints.hpp"

namespace chat {

const Statement quarantine_streams_sql{"quarantine_streams", R"(
    INSERT INTO user_streams (user_id, version, last_time, quarantined_at, quarantine_reason)
        SELECT n.user_id, 0, to_timestamp(0), $3::bigint, n.reason
          FROM unnest($1::varchar[], $2::text[]) AS n (user_id, reason)
        ON CONFLICT (user_id) DO UPDATE
           SET quarantined_at = excluded.quarantined_at, quarantine_reason = excluded.quarantine_reason)"};
const Statement is_quarantined_sql{
    "is_quarantined", "SELECT 1 FROM user_streams WHERE user_id = $1::varchar AND quarantined_at IS NOT NULL"};

void quarantine_streams(PostgresSession& tx, NextOffset at,
                        const std::vector<std::pair<UserId, std::string>>& streams) {
    ArrayLiteral users, reasons;
    for (const auto& [user, reason] : streams) {
        users.add(user.value());
        reasons.add(reason);
    }
    tx.exec(quarantine_streams_sql, users.finish(), reasons.finish(), at.value());
}

// The checkpoint's row first, as commits do: each waits for the other, and neither for what the other holds.
void quarantine_stream(PostgresSession& tx, Partition partition, const UserId& user, const std::string& why) {
    if (!tx.exec(is_quarantined_sql, user.value()).empty()) return;
    new_edition(tx, partition);
    quarantine_streams(tx, read_checkpoint(tx, partition).next_offset, {{user, why}});
}

}  // namespace chat
