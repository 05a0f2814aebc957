#include "tests/support/postgres_database.hpp"

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <stdexcept>
#include <utility>

#include "infra/postgres/migrations.hpp"
#include "infra/postgres/postgres_session.hpp"

namespace chat::test {
namespace {

std::string unused_name() {
    static std::atomic<int> made = 0;
    return "chat_test_" + std::to_string(::getpid()) + "_" + std::to_string(++made);
}

PostgresOptions options_of(std::string connection) {
    PostgresOptions options;
    options.connection = std::move(connection);
    options.name = "chat-test";
    return options;
}

}  // namespace

std::string test_server() {
    const char* const server = std::getenv("CHAT_TEST_POSTGRES");
    if (!server || !*server)
        throw std::runtime_error(
            "CHAT_TEST_POSTGRES is not set: give the libpq connection string of a PostgreSQL server where tests may "
            "make databases");
    return server;
}

std::string with_database(const std::string& connection, const std::string& name) {
    if (connection.find("://") == std::string::npos) return connection + " dbname=" + name;
    return connection + (connection.find('?') == std::string::npos ? "?" : "&") + "dbname=" + name;
}

PostgresDatabase::PostgresDatabase(std::string server, const std::string& encoding)
    : server_(std::move(server)), name_(unused_name()) {
    PostgresSession session(options_of(server_));
    session.exec("CREATE DATABASE " + name_ + " TEMPLATE template0 ENCODING '" + encoding +
                 "' LC_COLLATE 'C' LC_CTYPE 'C'");
}

PostgresDatabase::~PostgresDatabase() {
    try {
        PostgresSession session(options_of(server_));
        session.exec("DROP DATABASE " + name_ + " WITH (FORCE)");
    } catch (const std::exception&) {
        // A server that a test has stopped: its data goes with it.
    }
}

PostgresOptions PostgresDatabase::options() const { return options_of(with_database(server_, name_)); }

MigratedDatabase::MigratedDatabase(std::string server) : PostgresDatabase(std::move(server)) { migrate(options()); }

}  // namespace chat::test
