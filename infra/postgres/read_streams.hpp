#pragma once

#include <vector>

#include "infra/postgres/postgres_session.hpp"
#include "projections/ports/read_model_store.hpp"

namespace chat {

extern const Statement read_streams_sql;

/// Where the users' streams stand, and the partition's checkpoint.
StoredStreams read_streams(PostgresSession& session, Partition partition, const std::vector<UserId>& users);

}  // namespace chat
