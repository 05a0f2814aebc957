#include "infra/postgres/postgres_session.hpp"

#include <poll.h>

#include <atomic>
#include <string_view>

#include "infra/postgres/connection_string.hpp"
#include "infra/postgres/quoted_name.hpp"

namespace chat {
namespace {

std::atomic<std::uint64_t> made = 0;

pqxx::connection connect(const PostgresOptions& options) {
    try {
        return pqxx::connection(with_defaults(options));
    } catch (const pqxx::broken_connection& error) {
        throw Outage(connect_failure(error.what()));
    } catch (const pqxx::failure& error) {
        throw Outage(connect_failure(error.what()));
    }
}

/// What the server could not do through no fault of the statement; nothing if the statement is to blame.
std::string_view outage_of(std::string_view sqlstate) {
    if (sqlstate == "25006") return "is read-only (a standby?)";
    if (sqlstate == "53100") return "has no disk space left";
    if (sqlstate == "53300") return "has no connection left";
    if (sqlstate == "55P03") return "waited too long for a lock";
    if (sqlstate == "57014") return "cancelled a statement (took too long?)";
    if (sqlstate == "57P01" || sqlstate == "57P02") return "is shutting down";
    if (sqlstate == "57P03") return "is starting up or shutting down";
    const std::string_view group = sqlstate.substr(0, 2);
    if (group == "08") return "lost the connection";
    if (group == "40") return "rolled back a transaction in favour of another";
    if (group == "53") return "is out of resources";
    if (group == "57") return "was interrupted by an operator";
    if (group == "58") return "reports a system error";
    return {};
}

}  // namespace

PostgresSession::PostgresSession(const PostgresOptions& options) : number_(++made), connection_(connect(options)) {
    // Every statement of ours goes by an index, and a plan is made once for all values: one that was made while a table
    // was empty, or for a user with few sessions, must be right for a full one. Compiling plans costs more than it
    // saves.
    exec(
        "SET datestyle = 'ISO'; SET timezone = 'UTC'; SET bytea_output = 'hex';"
        "SET plan_cache_mode = 'force_generic_plan'; SET enable_seqscan = off; SET jit = off;"
        "SET statement_timeout = " +
        std::to_string(options.statement_timeout.count()));
    if (!options.schema.empty()) exec("SET search_path = " + quoted_name(options.schema));
}

bool PostgresSession::usable() const {
    if (broken_ || !connection_.is_open()) return false;
    // Nothing is due while idle: what can be read is the server's farewell, or the end of the stream.
    pollfd socket{connection_.sock(), POLLIN, 0};
    return ::poll(&socket, 1, 0) == 0;
}

pqxx::result PostgresSession::exec(const std::string& text) {
    return guarded([&] {
        pqxx::nontransaction sql(connection_);
        return sql.exec(text);
    });
}

void PostgresSession::require_open() const {
    // pqxx 6.x would connect again by itself here.
    if (broken_ || !connection_.is_open()) throw Outage("the connection to PostgreSQL was lost");
}

void PostgresSession::prepare(const Statement& statement) {
    if (prepared_.contains(statement.name)) return;
    connection_.prepare(statement.name, statement.text);
    prepared_.insert(statement.name);
}

/// Rethrows the exception that is being handled, as what it means to our callers.
void PostgresSession::fail() {
    if (!connection_.is_open()) broken_ = true;
    try {
        throw;
    } catch (const Outage&) {
        throw;
    } catch (const pqxx::broken_connection&) {
        broken_ = true;
    } catch (const pqxx::transaction_rollback&) {
        throw Outage("PostgreSQL rolled back a transaction in favour of another");
    } catch (const pqxx::sql_error& error) {
        const std::string_view reason = outage_of(error.sqlstate());
        broken_ = broken_ || error.sqlstate().starts_with("57P");
        if (!broken_ && reason.empty()) throw;  // a bug in a statement, or in what was given to it
        if (!reason.empty()) throw Outage("PostgreSQL " + std::string(reason));
    } catch (...) {
        if (!broken_) throw;
    }
    throw Outage("the connection to PostgreSQL was lost");
}

PostgresSession::Rollback::~Rollback() {
    if (!session || !session->usable()) return;
    try {
        session->exec("ROLLBACK");
    } catch (...) {
        session->broken_ = true;  // the server rolls back by itself once the connection is closed
    }
}

}  // namespace chat
