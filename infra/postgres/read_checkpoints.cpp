#include "infra/postgres/read_checkpoints.hpp"

#include "infra/postgres/fields.hpp"

namespace chat {

const Statement read_checkpoint_sql{"read_checkpoint",
                                    "SELECT next_offset, last_event_id, edition FROM checkpoints WHERE partition = $1"};

const Statement read_checkpoints_sql{"read_checkpoints",
                                     "SELECT partition, next_offset, last_event_id, edition FROM checkpoints"};

Checkpoint read_checkpoint(PostgresSession& session, Partition partition) {
    const pqxx::result rows = session.exec(read_checkpoint_sql, partition.value());
    if (rows.empty()) return {};
    const Fields row(rows[0]);
    return {NextOffset(row.number(0)), row.optional_id<EventId>(1), Edition(row.number(2))};
}

std::vector<std::pair<Partition, Checkpoint>> read_checkpoints(PostgresSession& session) {
    const pqxx::result rows = session.exec(read_checkpoints_sql);
    std::vector<std::pair<Partition, Checkpoint>> checkpoints;
    for (const auto& record : rows) {
        const Fields row(record);
        const Checkpoint checkpoint{NextOffset(row.number(1)), row.optional_id<EventId>(2), Edition(row.number(3))};
        checkpoints.emplace_back(Partition(static_cast<std::int32_t>(row.number(0))), checkpoint);
    }
    return checkpoints;
}

}  // namespace chat
