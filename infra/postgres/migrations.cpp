#include "infra/postgres/migrations.hpp"

#include "infra/postgres/fields.hpp"
#include "infra/postgres/migration_1_read_model.hpp"
#include "infra/postgres/migration_2_log.hpp"
#include "infra/postgres/migration_3_command_answers.hpp"
#include "infra/postgres/migration_4_publication.hpp"
#include "infra/postgres/migration_5_user_activity.hpp"
#include "infra/postgres/migration_6_quarantine.hpp"
#include "infra/postgres/migration_7_editions.hpp"
#include "infra/postgres/postgres_session.hpp"

namespace chat {
namespace {

/// "chat" and "schm" in ASCII: the advisory lock under which migrations run. Advisory locks are of one database.
const Statement lock_migrations_sql{"lock_migrations", "SELECT pg_advisory_lock(x'63686174'::int, x'7363686d'::int)"};

const Statement record_migration_sql{"record_migration",
                                     "INSERT INTO schema_migrations (version, name) VALUES ($1::int, $2::text)"};

void require_utf8(PostgresSession& session) {
    const pqxx::result rows = session.exec("SHOW server_encoding");
    const std::string encoding = Fields(rows[0]).string(0);
    if (encoding != "UTF8")
        throw UnusableDatabase("the database's encoding is " + encoding + "; chats need one with UTF8");
}

int version_of(PostgresSession& session) {
    session.exec(
        "SET client_min_messages = warning;"
        "CREATE TABLE IF NOT EXISTS schema_migrations (version int PRIMARY KEY, name text NOT NULL,"
        " applied_at timestamptz NOT NULL DEFAULT now())");
    const pqxx::result rows = session.exec("SELECT coalesce(max(version), 0) FROM schema_migrations");
    return static_cast<int>(Fields(rows[0]).number(0));
}

int run_missing(PostgresSession& session) {
    const int newest = migrations().back().version;
    const int found = version_of(session);
    if (found > newest)
        throw UnusableDatabase("the database's schema is at version " + std::to_string(found) +
                               ", this program knows versions up to " + std::to_string(newest) +
                               ": use the newer program");
    for (const Migration& migration : migrations()) {
        if (migration.version <= found) continue;
        session.transaction([&](PostgresSession& tx) {
            tx.exec(migration.sql);
            tx.exec(record_migration_sql, migration.version, migration.name);
        });
    }
    return newest - found;
}

}  // namespace

const std::vector<Migration>& migrations() {
    static const std::vector<Migration> all{
        migration_1_read_model(),    migration_2_log(),        migration_3_command_answers(), migration_4_publication(),
        migration_5_user_activity(), migration_6_quarantine(), migration_7_editions()};
    return all;
}

int migrate(const PostgresOptions& options) {
    PostgresSession session(options);
    require_utf8(session);
    // A step may take its time on a large table; waiting for another program's turn has an end.
    session.exec("SET statement_timeout = 0; SET lock_timeout = '60s'");
    session.exec(lock_migrations_sql);  // held until the connection closes
    try {
        return run_missing(session);
    } catch (const pqxx::sql_error& error) {
        const std::string text = error.what();
        throw UnusableDatabase("the database's schema cannot be brought up to date: " +
                               text.substr(0, text.find('\n')));
    }
}

}  // namespace chat
