#include "infra/postgres/new_edition.hpp"

namespace chat {

// Also where nothing was applied yet: something may have been read all the same.
const Statement new_edition_sql{"new_edition", R"(
    INSERT INTO checkpoints AS c (partition, next_offset, edition) VALUES ($1, 0, 1)
        ON CONFLICT (partition) DO UPDATE SET edition = c.edition + 1
    RETURNING pg_notify('chat_checkpoint',
                        concat_ws(' ', c.partition, c.next_offset || ':' || c.edition, current_schema())))"};

void new_edition(PostgresSession& tx, Partition partition) { tx.exec(new_edition_sql, partition.value()); }

}  // namespace chat
