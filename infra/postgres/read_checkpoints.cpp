#include "infra/postgres/read_checkpoints.hpp"

#include "infra/postgres/fields.hpp"

namespace chat {

const Statement read_checkpoint_sql{"read_checkpoint",
                                    "SELECT next_offset, last_event_id FROM checkpoints WHERE partition = $1"};

const Statement read_checkpoints_sql{"read_checkpoints", "SELECT partition, next_offset FROM checkpoints"};

Checkpoint read_checkpoint(PostgresSession& session, Partition partition) {
    const pqxx::result rows = session.exec(read_checkpoint_sql, partition.value());
    if (rows.empty()) return {};
    const Fields row(rows[0]);
    return {NextOffset(row.number(0)), row.optional_id<EventId>(1)};
}

std::vector<std::pair<Partition, NextOffset>> read_checkpoints(PostgresSession& session) {
    const pqxx::result rows = session.exec(read_checkpoints_sql);
    std::vector<std::pair<Partition, NextOffset>> checkpoints;
    for (const auto& record : rows) {
        const Fields row(record);
        checkpoints.emplace_back(Partition(static_cast<std::int32_t>(row.number(0))), NextOffset(row.number(1)));
    }
    return checkpoints;
}

}  // namespace chat
