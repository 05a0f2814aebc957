#pragma once

#include <string>

#include "infra/postgres/postgres_options.hpp"

namespace chat::test {

/// libpq connection string of a server where tests may make databases: CHAT_TEST_POSTGRES. Throws std::runtime_error,
/// which fails the test, if it is not set.
std::string test_server();

/// The connection string with another database.
std::string with_database(const std::string& connection, const std::string& name);

/// A database of its own for a test: made empty, dropped at the end with whoever is still connected.
class PostgresDatabase {
public:
    /// On the given server.
    explicit PostgresDatabase(std::string server = test_server(), const std::string& encoding = "UTF8");
    ~PostgresDatabase();
    PostgresDatabase(const PostgresDatabase&) = delete;
    PostgresDatabase& operator=(const PostgresDatabase&) = delete;

    const std::string& name() const { return name_; }
    PostgresOptions options() const;

private:
    const std::string server_;
    const std::string name_;
};

/// The same with the newest schema.
class MigratedDatabase : public PostgresDatabase {
public:
    explicit MigratedDatabase(std::string server = test_server());
};

}  // namespace chat::test
