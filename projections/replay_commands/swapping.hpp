#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "infra/postgres/postgres_pool.hpp"
#include "infra/postgres/shadow_schema.hpp"
#include "projections/replay_commands/follower.hpp"
#include "projections/replay_commands/work.hpp"

namespace chat {

/// One connection to the live schema, for what must be done on one; it holds the lock by which one such command at a
/// time works on a database.
class Administration {
public:
    explicit Administration(const Settings& settings);

    PostgresPool& connection() { return connection_; }
    /// Throws std::runtime_error if another one has the lock.
    asio::awaitable<void> lock();

private:
    PostgresPool connection_;
};

/// Waits until the read model in `schema` is up with the log.
asio::awaitable<void> catch_up(Work& work, Follower& follower, std::string what);

/// Makes the read model in `schema`, which the follower keeps up with the log, the live one. Readers wait for some
/// milliseconds at most, and never see less than before. Tries again while locks are not had.
asio::awaitable<void> swap_in(Work& work, Administration& administration, SchemaNames names, std::string schema,
                              Follower& follower);

}  // namespace chat
