#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "infra/postgres/postgres_options.hpp"

namespace chat {

namespace asio = boost::asio;

/// LISTEN on one channel through a connection that does nothing else, and connects again when it breaks. Payloads end
/// with a schema's name behind a second space: only those of the schema that this connection looks at first are handed
/// on, without it, since channels are shared by all of a database. Thread: all on
/// `executor`, except that a thread of its own makes the connections, as that blocks.
class ChannelListener {
public:
    struct Hooks {
        std::function<void()> connected;  // listening from now on: what was notified before may have been missed
        std::function<void(std::string_view payload, int backend)> notified;
        std::function<void()> lost;  // the connection broke
    };

    ChannelListener(asio::any_io_executor executor, PostgresOptions options, std::string channel, Hooks hooks);
    /// Waits for an attempt to connect, at most for the connect timeout.
    ~ChannelListener();

    /// Until cancelled. Run it once.
    asio::awaitable<void> run();

private:
    class Channel;
    struct Attempt;
    asio::awaitable<std::unique_ptr<Channel>> connect();
    asio::awaitable<void> listen(Channel& channel);

    asio::any_io_executor executor_;
    const PostgresOptions options_;
    const std::string channel_;
    const Hooks hooks_;
    asio::thread_pool connector_{1};
};

}  // namespace chat
