#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <string_view>

#include "infra/postgres/postgres_pool.hpp"
#include "projections/ports/partition_assignment.hpp"

namespace chat {

/// Projectors of one projection share the partitions by advisory locks, each on a connection of its own: what one that
/// died has held, others take within two intervals of the server's noticing. During an outage everyone keeps what they
/// had; nobody can write then. Thread: all on `executor`.
class PostgresAssignment final : public PartitionAssignment {
public:
    PostgresAssignment(asio::any_io_executor executor, PostgresOptions options, std::string_view projection,
                       std::int32_t partitions, std::chrono::milliseconds interval = std::chrono::milliseconds(250));

    asio::awaitable<std::set<Partition>> changed(std::optional<std::set<Partition>> known) override;

private:
    const std::int32_t key_;
    const std::int32_t partitions_;
    const std::chrono::milliseconds interval_;
    asio::steady_timer pause_;
    PostgresPool session_;  // one connection: it holds the locks
};

}  // namespace chat
