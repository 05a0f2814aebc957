#include "infra/postgres/rebase_checkpoint.hpp"

#include "infra/postgres/new_edition.hpp"
#include "infra/postgres/quarantine_streams.hpp"

namespace chat {

const Statement move_checkpoint_sql{
    "move_checkpoint",
    "UPDATE checkpoints SET next_offset = $2::bigint, last_event_id = $3::uuid WHERE partition = $1::int"};

void rebase_checkpoint(PostgresSession& tx, Partition partition, const Checkpoint& to,
                       const std::vector<std::pair<UserId, std::string>>& quarantined) {
    const std::string last = to.last ? to_string(*to.last) : std::string();
    tx.exec(move_checkpoint_sql, partition.value(), to.next_offset.value(), to.last ? last.c_str() : nullptr);
    quarantine_streams(tx, to.next_offset, quarantined);
    new_edition(tx, partition);
}

}  // namespace chat
