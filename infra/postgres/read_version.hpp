#pragma once

#include "infra/postgres/postgres_session.hpp"
#include "projections/ports/queries.hpp"

namespace chat {

extern const Statement read_version_sql;

ReadVersion read_version(PostgresSession& session, Partition partition, const UserId& user);

}  // namespace chat
