#pragma once

#include "infra/postgres/postgres_session.hpp"
#include "infra/postgres/statement.hpp"
#include "projections/ports/queries.hpp"

namespace chat {

extern const Statement read_activity_sql;

ActivityPage read_activity(PostgresSession& session, Partition partition, const ActivityQuery& query);

}  // namespace chat
