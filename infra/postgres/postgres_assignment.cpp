#include "infra/postgres/postgres_assignment.hpp"

#include <boost/asio/use_awaitable.hpp>

#include <utility>

#include "infra/postgres/share_partitions.hpp"

namespace chat {
namespace {

PostgresOptions for_locks(PostgresOptions options) {
    options.connections = 1;
    options.name += "-share";
    return options;
}

}  // namespace

PostgresAssignment::PostgresAssignment(asio::any_io_executor executor, PostgresOptions options,
                                       std::string_view projection, std::int32_t partitions,
                                       std::chrono::milliseconds interval)
    : key_(share_key(projection)),
      partitions_(partitions),
      interval_(interval),
      pause_(executor),
      session_(for_locks(std::move(options))) {}

asio::awaitable<std::set<Partition>> PostgresAssignment::changed(std::optional<std::set<Partition>> known) {
    for (;;) {
        std::optional<std::set<Partition>> held = known;
        try {
            held = co_await session_.run([key = key_, partitions = partitions_](PostgresSession& session) {
                return share_partitions(session, key, partitions);
            });
        } catch (const Outage&) {
            // Tried again below.
        }
        if (held != known) co_return *std::move(held);
        pause_.expires_after(interval_);
        co_await pause_.async_wait(asio::use_awaitable);
    }
}

}  // namespace chat
