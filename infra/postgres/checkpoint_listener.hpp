#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string_view>
#include <unordered_map>

#include "events/checkpoint.hpp"
#include "infra/postgres/channel_listener.hpp"
#include "infra/postgres/postgres_pool.hpp"

namespace chat {

/// Hears how far the read model is, and of which edition: by notification at each commit of a projector, and by a slow
/// poll for those that were missed. Thread: all on `executor`.
class CheckpointListener {
public:
    struct Hooks {
        std::function<void(Partition, NextOffset)> moved;  // with every news and every poll, also if nothing moved
        std::function<void(Partition, Edition)> edition;   // likewise, before `moved`
    };

    /// `pool` is for the poll; `options` for a connection that only listens.
    CheckpointListener(asio::any_io_executor executor, PostgresOptions options, PostgresPool& pool, Hooks hooks,
                       std::chrono::milliseconds poll = std::chrono::seconds(1));

    /// Until cancelled. Run it once. Goes on through outages.
    asio::awaitable<void> run();

private:
    void notified(std::string_view payload);
    asio::awaitable<void> poll();

    PostgresPool& pool_;
    const Hooks hooks_;
    const std::chrono::milliseconds interval_;
    std::unordered_map<Partition, std::uint64_t> notifications_;  // how many came, ever
    std::unordered_map<Partition, NextOffset> told_;              // what `moved` was called with last
    asio::steady_timer next_poll_;
    ChannelListener listener_;
};

}  // namespace chat
