#include "infra/postgres/read_version.hpp"

#include "infra/postgres/session_columns.hpp"

namespace chat {

const Statement read_version_sql{"read_version", R"(
    SELECT c.next_offset, u.version, u.quarantined_at IS NOT NULL
      FROM checkpoints c LEFT JOIN user_streams u ON u.user_id = $2
     WHERE c.partition = $1)"};

ReadVersion read_version(PostgresSession& session, Partition partition, const UserId& user) {
    const pqxx::result rows = session.exec(read_version_sql, partition.value(), user.value());
    return rows.empty() ? ReadVersion{} : read_version_from(Fields(rows[0]), 0);
}

}  // namespace chat
