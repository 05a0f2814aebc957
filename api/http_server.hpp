#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <memory>

#include "api/http_options.hpp"
#include "api/observer.hpp"
#include "api/request_handler.hpp"

namespace chat {

/// HTTP/1.1 on one address. All on `executor`, which must run on one thread.
class HttpServer {
public:
    /// Listens. Throws std::system_error, naming the address, if that is not possible. `handler` and `observer` outlive
    /// the server, and what is in flight when it ends: the executor's context.
    HttpServer(asio::any_io_executor executor, HttpOptions options, RequestHandler& handler, HttpObserver& observer);
    ~HttpServer();

    /// The port it listens on.
    std::uint16_t port() const;

    /// Serves until stopped and the last connection has ended; or until cancelled, which closes them all.
    asio::awaitable<void> run();

    /// No new connections; idle ones are closed, the others after their request, or after `grace`.
    void stop(std::chrono::milliseconds grace);

private:
    struct State;
    // Shared with the connections' coroutines: those that are still suspended are destroyed with the io_context.
    std::shared_ptr<State> state_;
};

}  // namespace chat
