#include "infra/postgres/postgres_quarantine.hpp"

#include "infra/postgres/fields.hpp"
#include "infra/postgres/postgres_session.hpp"

namespace chat {

const Statement count_quarantined_sql{"count_quarantined",
                                      "SELECT count(*) FROM user_streams WHERE quarantined_at IS NOT NULL"};

asio::awaitable<std::int64_t> PostgresQuarantine::streams() {
    return pool_.run([](PostgresSession& session) {
        const pqxx::result rows = session.exec(count_quarantined_sql);
        return Fields(rows[0]).number(0);
    });
}

}  // namespace chat
