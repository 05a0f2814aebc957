#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace chat {

namespace asio = boost::asio;

/// What operators ask a program that has no API of its own.
struct OperatorPages {
    std::function<std::string()> metrics;
    std::function<std::optional<std::string>()> unready;  // nothing: ready; else why not
    /// What is damaged though the program is ready. Must not take long, nor throw.
    std::function<asio::awaitable<std::vector<std::string>>()> damage =
        []() -> asio::awaitable<std::vector<std::string>> { co_return std::vector<std::string>(); };
};

/// Serves GET /metrics, /healthz and /readyz and nothing else: one request a connection, a bounded head, a bounded
/// time, a bounded number of connections. On one executor.
class MetricsListener {
public:
    /// Binds at once; throws std::runtime_error that names the address if it cannot. Port 0: any free one.
    MetricsListener(asio::any_io_executor executor, const std::string& address, std::uint16_t port,
                    OperatorPages pages);

    std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

    /// Until cancelled.
    asio::awaitable<void> run();

private:
    struct Shared {
        OperatorPages pages;
        std::size_t connections = 0;
    };
    static asio::awaitable<void> serve(asio::ip::tcp::socket socket, std::shared_ptr<Shared> shared);

    asio::ip::tcp::acceptor acceptor_;
    std::shared_ptr<Shared> shared_;
};

}  // namespace chat
