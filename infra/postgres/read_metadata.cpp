#include "infra/postgres/read_metadata.hpp"

#include "infra/postgres/fields.hpp"
#include "infra/postgres/session_columns.hpp"

namespace chat {

// What takes much room as it is stored is long, and is not read to find out; what takes very little is short.
std::string session_columns_but_long_metadata() {
    const std::string most = std::to_string(long_metadata);
    std::string columns(session_columns);
    return columns.replace(columns.find("metadata"), std::string("metadata").size(),
                           "CASE WHEN pg_column_size(metadata) < 100 THEN metadata::text"
                           " WHEN pg_column_size(metadata) > " +
                               most + " OR octet_length(metadata::text) > " + most +
                               " THEN '' ELSE metadata::text END AS metadata");
}

const Statement read_metadata_sql{"read_metadata", "SELECT metadata FROM chat_sessions WHERE id = $1::uuid"};

std::optional<JsonText> read_metadata(PostgresSession& session, SessionId id) {
    const pqxx::result rows = session.exec(read_metadata_sql, to_string(id));
    return rows.empty() ? std::nullopt : std::optional(JsonText(Fields(rows[0]).string(0)));
}

}  // namespace chat
