#include "infra/postgres/make_partitions.hpp"

#include "infra/postgres/read_records.hpp"

namespace chat {

const Statement make_partitions_sql{"make_partitions", R"(
    INSERT INTO log_partitions (partition) SELECT generate_series(0, $1::int - 1)
     WHERE NOT EXISTS (SELECT FROM log_partitions))"};

std::int32_t make_partitions(PostgresSession& session, std::int32_t wanted) {
    auto found = read_ends(session).size();
    if (found == 0)
        found = session.transaction([&](PostgresSession& tx) {
            // One of several that start together makes them; the others then see its.
            tx.exec("LOCK TABLE log_partitions IN SHARE ROW EXCLUSIVE MODE");
            tx.exec(make_partitions_sql, wanted);
            return read_ends(tx).size();
        });
    return static_cast<std::int32_t>(found);
}

}  // namespace chat
