#include "infra/metrics/metrics_listener.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <chrono>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "infra/metrics/metrics.hpp"

namespace chat {
namespace {

using asio::ip::tcp;

constexpr std::size_t most_connections = 32;
constexpr std::size_t most_head_bytes = 8192;
constexpr std::chrono::seconds most_time{5};

std::string answer(std::string_view status, std::string_view type, std::string_view body, bool with_body) {
    std::string text = "HTTP/1.1 ";
    text.append(status).append("\r\nContent-Type: ").append(type);
    text.append("\r\nContent-Length: ").append(std::to_string(body.size()));
    text.append("\r\nConnection: close\r\n\r\n");
    if (with_body) text.append(body);
    return text;
}

asio::awaitable<std::string> readiness(const OperatorPages& pages, bool with_body) {
    constexpr std::string_view plain = "text/plain; charset=utf-8";
    if (const auto why = pages.unready()) co_return answer("503 Service Unavailable", plain, *why + "\n", with_body);
    const std::vector<std::string> damage = co_await pages.damage();
    std::string text = "ready\n";
    for (const std::string& what : damage) text.append("damaged: ").append(what).append("\n");
    co_return answer("200 OK", plain, text, with_body);
}

asio::awaitable<std::string> answer(const std::string& head, const OperatorPages& pages) {
    constexpr std::string_view plain = "text/plain; charset=utf-8";
    const std::string_view line = std::string_view(head).substr(0, head.find("\r\n"));
    const std::string_view method = line.substr(0, line.find(' '));
    const bool with_body = method != "HEAD";
    if (method != "GET" && method != "HEAD")
        co_return answer("405 Method Not Allowed\r\nAllow: GET, HEAD", plain, "GET only\n", true);
    const std::string_view rest = line.size() > method.size() ? line.substr(method.size() + 1) : std::string_view();
    const std::string_view path = rest.substr(0, rest.find_first_of(" ?"));
    if (path == "/metrics") co_return answer("200 OK", metrics_content_type, pages.metrics(), with_body);
    if (path == "/healthz") co_return answer("200 OK", plain, "ok\n", with_body);
    if (path != "/readyz") co_return answer("404 Not Found", plain, "/metrics, /healthz or /readyz\n", with_body);
    auto ready = readiness(pages, with_body);
    std::string text = co_await std::move(ready);
    co_return text;
}

tcp::acceptor listen(const asio::any_io_executor& executor, const std::string& address, std::uint16_t port) {
    try {
        return tcp::acceptor(executor, tcp::endpoint(asio::ip::make_address(address), port));
    } catch (const boost::system::system_error& error) {
        throw std::runtime_error("cannot listen on " + address + " port " + std::to_string(port) + ": " +
                                 error.code().message());
    }
}

}  // namespace

MetricsListener::MetricsListener(asio::any_io_executor executor, const std::string& address, std::uint16_t port,
                                 OperatorPages pages)
    : acceptor_(listen(executor, address, port)), shared_(std::make_shared<Shared>(Shared{std::move(pages), 0})) {}

asio::awaitable<void> MetricsListener::run() {
    asio::steady_timer pause(acceptor_.get_executor());
    for (;;) {
        auto [error, socket] = co_await acceptor_.async_accept(asio::as_tuple(asio::use_awaitable));
        if (error == asio::error::operation_aborted) co_return;
        if (error) {
            // Out of descriptors, mostly: trying at once would spin.
            pause.expires_after(std::chrono::milliseconds(100));
            co_await pause.async_wait(asio::use_awaitable);
            continue;
        }
        if (shared_->connections >= most_connections) continue;  // closes it
        asio::co_spawn(acceptor_.get_executor(), serve(std::move(socket), shared_), asio::detached);
    }
}

asio::awaitable<void> MetricsListener::serve(tcp::socket socket, std::shared_ptr<Shared> shared) {
    struct Counted {
        std::size_t& count;
        explicit Counted(std::size_t& c) : count(c) { ++count; }
        ~Counted() { --count; }
    } const counted(shared->connections);

    // The timer's handler may still be queued when this returns, so it owns what it closes.
    const auto connection = std::make_shared<tcp::socket>(std::move(socket));
    asio::steady_timer timer(connection->get_executor(), most_time);
    timer.async_wait([connection](boost::system::error_code stopped) {
        boost::system::error_code ignored;
        if (!stopped) connection->close(ignored);
    });

    std::string head;
    boost::system::error_code error;
    co_await asio::async_read_until(*connection, asio::dynamic_buffer(head, most_head_bytes), "\r\n\r\n",
                                    asio::redirect_error(asio::use_awaitable, error));
    std::string text;
    if (error == asio::error::not_found)
        text = answer("431 Request Header Fields Too Large", "text/plain", "too large\n", true);
    else if (!error)
        text = co_await answer(head, shared->pages);
    if (text.empty()) co_return;
    co_await asio::async_write(*connection, asio::buffer(text), asio::redirect_error(asio::use_awaitable, error));
    connection->shutdown(tcp::socket::shutdown_send, error);
}

}  // namespace chat
