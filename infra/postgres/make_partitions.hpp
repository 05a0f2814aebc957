#pragma once

#include <cstdint>

#include "infra/postgres/postgres_session.hpp"

namespace chat {

extern const Statement make_partitions_sql;

/// How many partitions the log has; makes `wanted` ones if it has none yet. Programs may call it at the same time.
std::int32_t make_partitions(PostgresSession& session, std::int32_t wanted);

}  // namespace chat
