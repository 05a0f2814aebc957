#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/http_server.hpp"
#include "tests/support/coroutine.hpp"
#include "tests/unit/api/raw_client.hpp"
#include "tests/unit/api/requests.hpp"

namespace chat::test {

using namespace std::chrono_literals;

/// Answers with what it was asked. /slow waits until the test lets it go on.
class Echo final : public RequestHandler {
public:
    explicit Echo(asio::io_context& io) : gate(io, asio::steady_timer::time_point::max()) {}

    asio::awaitable<Response> handle(Request request) override {
        ++handled;
        if (request.path() == "/slow") {
            boost::system::error_code ignored;
            co_await gate.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
        }
        ++answered;
        if (request.path() == "/big") co_return Response(200, "text/plain", std::string(16 << 20, 'x'));
        if (request.path() == "/304") co_return Response(304);
        co_return Response(200, "text/plain",
                           std::string(to_string(request.method)) + " " + request.target + " " + request.body);
    }
    Response refuse(const Problem& problem, const Request& request) override {
        return respond(problem, request.path());
    }

    asio::steady_timer gate;
    int handled = 0;
    int answered = 0;
};

struct Counted : HttpObserver {
    std::size_t open = 0;
    std::size_t most = 0;
    int refused = 0;
    std::size_t payload_bytes = 0;
    void payload(std::size_t bytes) override { payload_bytes = bytes; }
    void connections(std::size_t now) override { open = now, most = std::max(most, now); }
    void connection_refused() override { ++refused; }
};

inline HttpOptions options() {
    HttpOptions options;
    options.port = 0;
    options.body_limit = 1000;
    options.header_limit = 2000;
    options.connections = 3;
    options.idle_timeout = options.request_timeout = options.send_timeout = options.linger_timeout = 10s;
    return options;
}

/// A server with a handler that echoes; each test is a client of it.
struct ServedEcho : testing::Test {
    asio::io_context io{1};
    Echo handler{io};
    Counted observer;
    HttpOptions given = options();
    std::unique_ptr<HttpServer> server;

    /// Runs the body beside the server, then stops the server, which must end.
    template <class Body>
    void run(Body body) {
        server = std::make_unique<HttpServer>(io.get_executor(), given, handler, observer);
        test::run(io, [this, body]() mutable -> asio::awaitable<void> {
            bool ended = false;
            asio::co_spawn(io, server->run(), [&ended](std::exception_ptr) { ended = true; });
            co_await body();
            server->stop(1s);
            while (!ended) co_await asio::post(io, asio::use_awaitable);
            EXPECT_EQ(observer.open, 0u);
        });
    }
    RawClient client() { return RawClient(io, server->port()); }
};

inline std::string get_bytes(std::string_view target, std::string_view fields = "") {
    return "GET " + std::string(target) + " HTTP/1.1\r\nHost: h\r\n" + std::string(fields) + "\r\n";
}

inline std::string post_bytes(std::string_view target, std::string_view body, std::string_view fields = "") {
    return "POST " + std::string(target) + " HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n" + std::string(fields) + "\r\n" + std::string(body);
}

inline bool is_problem(const RawClient::Answer& answer, const ProblemType& type) {
    return answer.status == type.status &&
           answer.head.find("Content-Type: application/problem+json") != std::string::npos &&
           answer.body.find("\"/problems/" + std::string(type.name) + "\"") != std::string::npos;
}

inline bool closes(const RawClient::Answer& answer) {
    return answer.head.find("Connection: close\r\n") != std::string::npos;
}

}  // namespace chat::test
