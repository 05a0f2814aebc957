#pragma once

#include <cstdint>
#include <set>
#include <string_view>

#include "events/ids.hpp"
#include "infra/postgres/postgres_session.hpp"

namespace chat {

extern const Statement read_shares_sql;
extern const Statement show_presence_sql;
extern const Statement lock_share_sql;
extern const Statement unlock_share_sql;

/// The first half of the keys of a projection's advisory locks; the second is a partition. The database is part of
/// every advisory lock anyway.
std::int32_t share_key(std::string_view projection);

/// Takes and gives back advisory locks of the session until it holds its fair share of a projection's partitions: at
/// most partitions / projectors, rounded up. Each projector shows by a shared lock that it lives. Locks end with their
/// session, so those of a process that died are free at once. Nothing is remembered: what is held is asked each time.
/// Returns the partitions held.
std::set<Partition> share_partitions(PostgresSession& session, std::int32_t key, std::int32_t partitions);

}  // namespace chat
