#pragma once

#include <vector>

#include "infra/postgres/postgres_session.hpp"
#include "projections/ports/queries.hpp"

namespace chat {

/// One for each filter and direction.
std::vector<const Statement*> list_sessions_statements();

SessionPage list_sessions(PostgresSession& session, Partition partition, const SessionListQuery& query);

}  // namespace chat
