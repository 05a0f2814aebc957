#include "api/http_server.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <unordered_set>
#include <utility>

#include "api/http_connection.hpp"
#include "api/problems.hpp"
#include "api/response_head.hpp"

namespace chat {
namespace {

using asio::ip::tcp;
using Clock = HttpConnection::Clock;

constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::milliseconds accept_pause{100};  // after an error such as too many open files

/// How often connections are looked at: a timeout is late by at most this.
std::chrono::milliseconds sweep_interval(const HttpOptions& options) {
    const auto shortest =
        std::min({options.idle_timeout, options.request_timeout, options.send_timeout, options.linger_timeout});
    return std::clamp(shortest / 8, std::chrono::milliseconds(5), std::chrono::milliseconds(250));
}

/// Best effort, without waiting: an answer this short fits the buffer of a new socket.
void turn_away(tcp::socket socket, DateField& date) {
    const Problem full{
        &problems::too_many_connections, "The server has as many as it may.", {}, std::chrono::seconds(1)};
    const Response response = respond(full, "/");
    std::string answer;
    write_head(answer, response, Ending::close, date.at(std::time(nullptr)));
    answer += response.body();
    boost::system::error_code ignored;
    socket.non_blocking(true, ignored);
    socket.write_some(asio::buffer(answer), ignored);
    socket.shutdown(tcp::socket::shutdown_send, ignored);
}

}  // namespace

struct HttpServer::State {
    State(asio::any_io_executor executor, HttpOptions given, RequestHandler& answers, HttpObserver& watcher)
        : options(std::move(given)), handler(answers), observer(watcher), acceptor(executor), news(executor) {}

    void listen();
    void sweep(Clock::time_point now);
    void close_all();
    static asio::awaitable<void> accept(std::shared_ptr<State> state);
    static asio::awaitable<void> serve(std::shared_ptr<State> state, tcp::socket socket);

    HttpOptions options;
    ByteBudget payloads{options.payload_bytes};
    RequestHandler& handler;
    HttpObserver& observer;
    tcp::acceptor acceptor;
    asio::steady_timer news;  // cancelled when the last connection ends
    DateField date;
    std::unordered_set<HttpConnection*> connections;
    std::optional<Clock::time_point> stop_by;
    bool stopping = false;
};

HttpServer::HttpServer(asio::any_io_executor executor, HttpOptions options, RequestHandler& handler,
                       HttpObserver& observer)
    : state_(std::make_shared<State>(executor, std::move(options), handler, observer)) {
    state_->listen();
}

HttpServer::~HttpServer() = default;

std::uint16_t HttpServer::port() const { return state_->acceptor.local_endpoint().port(); }

void HttpServer::State::listen() {
    boost::system::error_code error;
    const tcp::endpoint endpoint(asio::ip::make_address(options.address), options.port);
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error)
        throw std::system_error(error, "cannot listen on " + options.address + " port " + std::to_string(options.port));
}

asio::awaitable<void> HttpServer::run() {
    const auto state = state_;
    const auto interval = sweep_interval(state->options);
    asio::co_spawn(co_await asio::this_coro::executor, State::accept(state), asio::detached);
    while (!state->stopping || !state->connections.empty()) {
        state->news.expires_after(interval);
        co_await state->news.async_wait(no_throw);
        const auto cancelled = co_await asio::this_coro::cancellation_state;
        if (cancelled.cancelled() != asio::cancellation_type::none) break;
        state->sweep(Clock::now());
    }
    boost::system::error_code ignored;
    state->stopping = true;
    state->acceptor.close(ignored);
    state->close_all();
}

asio::awaitable<void> HttpServer::State::accept(std::shared_ptr<State> state) {
    tcp::acceptor& acceptor = state->acceptor;
    asio::steady_timer pause(acceptor.get_executor());
    while (!state->stopping) {
        auto [error, socket] = co_await acceptor.async_accept(no_throw);
        if (state->stopping) break;
        if (error) {
            if (error == asio::error::connection_aborted) continue;
            state->observer.accept_failed(error.message());
            pause.expires_after(accept_pause);
            co_await pause.async_wait(no_throw);
        } else if (state->connections.size() >= state->options.connections) {
            state->observer.connection_refused();
            turn_away(std::move(socket), state->date);
        } else {
            boost::system::error_code ignored;
            socket.set_option(tcp::no_delay(true), ignored);
            asio::co_spawn(acceptor.get_executor(), serve(state, std::move(socket)), asio::detached);
        }
    }
}

void HttpServer::State::sweep(Clock::time_point now) {
    observer.payload(payloads.used());
    if (stop_by && now >= *stop_by) return close_all();
    for (HttpConnection* connection : connections)
        if (const auto deadline = connection->deadline(); deadline && now >= *deadline) connection->expire();
}

void HttpServer::State::close_all() {
    for (HttpConnection* connection : connections) connection->close();
}

asio::awaitable<void> HttpServer::State::serve(std::shared_ptr<State> state, tcp::socket socket) {
    HttpConnection connection(std::move(socket), state->options, state->handler, state->date, state->payloads);
    state->connections.insert(&connection);
    state->observer.connections(state->connections.size());
    try {
        co_await connection.run();
    } catch (const std::exception&) {
        // Out of memory, at worst: this connection ends, the others go on.
    }
    state->connections.erase(&connection);
    state->observer.connections(state->connections.size());
    if (state->stopping && state->connections.empty()) state->news.cancel();
}

void HttpServer::stop(std::chrono::milliseconds grace) {
    boost::system::error_code ignored;
    state_->stopping = true;
    state_->stop_by = Clock::now() + grace;
    state_->acceptor.close(ignored);
    for (HttpConnection* connection : state_->connections) connection->finish();
    state_->news.cancel();
}

}  // namespace chat
