#pragma once

#include <string>

#include "events/ids.hpp"
#include "infra/postgres/postgres_session.hpp"
#include "infra/postgres/statement.hpp"

namespace chat {

extern const Statement forget_publication_sql;

/// Drops a mark and its partition's streams. False: there is a mark, and it is not at `from`.
bool forget_publication(PostgresSession& session, const std::string& topic, Partition partition, NextOffset from);

}  // namespace chat
