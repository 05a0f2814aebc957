#include "infra/postgres/bulk_connection.hpp"

#include <stdexcept>

#include "infra/postgres/connection_string.hpp"
#include "infra/postgres/quoted_name.hpp"

namespace chat {

BulkConnection::BulkConnection(const PostgresOptions& options)
    : connection_(PQconnectdb(with_defaults(options).c_str())) {
    if (PQstatus(connection_.get()) != CONNECTION_OK) throw Outage(connect_failure(PQerrorMessage(connection_.get())));
    exec(
        "SET client_min_messages = warning; SET datestyle = 'ISO'; SET timezone = 'UTC'; SET jit = off;"
        "SET synchronous_commit = off; SET statement_timeout = 0");
    if (!options.schema.empty()) exec("SET search_path = " + quoted_name(options.schema));
}

namespace {

/// The server's last word before it ends the connection, which still looks well then.
bool is_fatal(const PGresult* result) {
    const char* severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
    return severity != nullptr && (std::string_view(severity) == "FATAL" || std::string_view(severity) == "PANIC");
}

}  // namespace

void BulkConnection::fail(const char* text, bool fatal) {
    const std::string_view all = text;
    const std::string line(all.substr(0, all.find('\n')));
    if (fatal || PQstatus(connection_.get()) != CONNECTION_OK)
        throw Outage("the connection to PostgreSQL was lost: " + line);
    throw std::runtime_error("PostgreSQL: " + line);
}

BulkConnection::Result BulkConnection::checked(PGresult* raw, ExecStatusType expected) {
    Result result(raw);
    const ExecStatusType status = PQresultStatus(raw);
    if (status != expected && !(expected == PGRES_COMMAND_OK && status == PGRES_TUPLES_OK))
        fail(raw != nullptr ? PQresultErrorMessage(raw) : PQerrorMessage(connection_.get()), is_fatal(raw));
    return result;
}

int BulkConnection::exec(const std::string& sql) {
    return PQntuples(checked(PQexec(connection_.get(), sql.c_str()), PGRES_COMMAND_OK).get());
}

int BulkConnection::exec(const std::string& statement, const std::vector<std::optional<std::string>>& values) {
    std::vector<const char*> texts;
    texts.reserve(values.size());
    for (const auto& value : values) texts.push_back(value ? value->c_str() : nullptr);
    PGresult* result = PQexecParams(connection_.get(), statement.c_str(), static_cast<int>(texts.size()), nullptr,
                                    texts.data(), nullptr, nullptr, 0);
    return PQntuples(checked(result, PGRES_COMMAND_OK).get());
}

void BulkConnection::begin_copy(const std::string& sql) {
    checked(PQexec(connection_.get(), sql.c_str()), PGRES_COPY_IN);
}

void BulkConnection::put(std::string_view bytes) {
    if (PQputCopyData(connection_.get(), bytes.data(), static_cast<int>(bytes.size())) != 1)
        fail(PQerrorMessage(connection_.get()));
}

void BulkConnection::end_copy() {
    if (PQputCopyEnd(connection_.get(), nullptr) != 1) fail(PQerrorMessage(connection_.get()));
    finish_copy();
}

void BulkConnection::begin_copy_out(const std::string& sql) {
    checked(PQexec(connection_.get(), sql.c_str()), PGRES_COPY_OUT);
}

std::optional<std::string_view> BulkConnection::get() {
    char* bytes = nullptr;
    const int size = PQgetCopyData(connection_.get(), &bytes, 0);
    message_.reset(bytes);
    if (size >= 0) return std::string_view(bytes, static_cast<std::size_t>(size));
    if (size == -2) fail(PQerrorMessage(connection_.get()));
    finish_copy();
    return std::nullopt;
}

void BulkConnection::finish_copy() {
    checked(PQgetResult(connection_.get()), PGRES_COMMAND_OK);
    while (PGresult* rest = PQgetResult(connection_.get())) PQclear(rest);
}

}  // namespace chat
