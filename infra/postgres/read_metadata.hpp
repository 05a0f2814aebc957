#pragma once

#include <optional>
#include <string>

#include "commands/ports/chats_store.hpp"
#include "infra/postgres/postgres_session.hpp"

namespace chat {

/// As `session_columns`, but with an empty text for metadata that is long (`long_metadata`): whose is read by itself,
/// if it is needed at all.
std::string session_columns_but_long_metadata();
inline bool is_left_out(const JsonText& metadata) { return metadata.view().empty(); }

extern const Statement read_metadata_sql;

/// A session's whole metadata; nothing if there is no such session.
std::optional<JsonText> read_metadata(PostgresSession& session, SessionId id);

}  // namespace chat
