#include "infra/postgres/rebase_checkpoint.hpp"

#include "infra/postgres/array_literal.hpp"
#include "infra/postgres/new_edition.hpp"

namespace chat {
namespace {

const Statement move_checkpoint_sql{
    "move_checkpoint",
    "UPDATE checkpoints SET next_offset = $2::bigint, last_event_id = $3::uuid WHERE partition = $1::int"};
const Statement quarantine_streams_sql{"quarantine_streams", R"(
    UPDATE user_streams u SET quarantined_at = $3::bigint, quarantine_reason = n.reason
      FROM unnest($1::varchar[], $2::text[]) AS n (user_id, reason)
     WHERE u.user_id = n.user_id)"};

}  // namespace

std::vector<const Statement*> rebase_checkpoint_statements() { return {&move_checkpoint_sql, &quarantine_streams_sql}; }

void rebase_checkpoint(PostgresSession& tx, Partition partition, const Checkpoint& to,
                       const std::vector<std::pair<UserId, std::string>>& quarantined) {
    const std::string last = to.last ? to_string(*to.last) : std::string();
    tx.exec(move_checkpoint_sql, partition.value(), to.next_offset.value(), to.last ? last.c_str() : nullptr);
    ArrayLiteral users, reasons;
    for (const auto& [user, reason] : quarantined) {
        users.add(user.value());
        reasons.add(reason);
    }
    tx.exec(quarantine_streams_sql, users.finish(), reasons.finish(), to.next_offset.value());
    new_edition(tx, partition);
}

}  // namespace chat
