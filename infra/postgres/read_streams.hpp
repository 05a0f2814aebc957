#pragma once

#include <unordered_map>
#include <vector>

#include "infra/postgres/postgres_session.hpp"
#include "projections/batch.hpp"

namespace chat {

extern const Statement read_streams_sql;

/// Where the users' streams stand; users without events are absent.
std::unordered_map<UserId, StreamStatus> read_streams(PostgresSession& session, const std::vector<UserId>& users);

}  // namespace chat
