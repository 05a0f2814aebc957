#include "api/http_connection.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
#include <ctime>
#include <utility>

namespace chat {
namespace {

constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t read_size = 8192;
/// A body that has come so far takes room for all of it, so that of many that come at once some come whole. One that
/// has not takes what it has, so that clients who announce much and send little hold up nobody.
constexpr std::size_t body_begun = 65536;

std::size_t room_for(const RequestParser& parser) {
    const std::size_t size = parser.request().body.size();
    return size < body_begun ? size : std::max(size, parser.declared_body());
}

/// Answers that are sent whatever memory there is: to health checks, problems, short pages.
constexpr std::size_t small_answer = 65536;

Problem overloaded() {
    return {&problems::overloaded,
            "So many bytes are on their way that the server takes no more. Nothing was stored.",
            {},
            std::chrono::seconds(1)};
}

bool sends_body(Method method, const Response& response) { return method != Method::head && response.status() != 304; }

}  // namespace

HttpConnection::HttpConnection(asio::ip::tcp::socket socket, const HttpOptions& options, RequestHandler& handler,
                               DateField& date, ByteBudget& payloads)
    : socket_(std::move(socket)), options_(options), handler_(handler), date_(date), payload_(payloads) {}

asio::awaitable<void> HttpConnection::run() {
    for (;;) {
        const Incoming incoming = co_await read_request();
        if (incoming == Incoming::ended) break;
        if (incoming == Incoming::refused) {
            co_await refuse();
            break;
        }
        const bool go_on = co_await answer();
        if (!go_on) break;
    }
    close();
}

void HttpConnection::enter(Phase phase) {
    phase_ = phase;
    switch (phase) {
        case Phase::idle:
            deadline_ = Clock::now() + options_.idle_timeout;
            break;
        case Phase::reading:
            deadline_ = Clock::now() + options_.request_timeout;
            break;
        case Phase::handling:
            deadline_.reset();
            break;
        case Phase::sending:
            deadline_ = Clock::now() + options_.send_timeout;
            break;
        case Phase::lingering:
            deadline_ = Clock::now() + options_.linger_timeout;
            break;
    }
}

asio::awaitable<HttpConnection::Incoming> HttpConnection::read_request() {
    enter(Phase::idle);
    expired_ = overloaded_ = false;
    payload_.set(0);
    parser_.emplace(options_);
    bool told_to_continue = false;
    for (;;) {
        // Some clients send an empty line after a body (RFC 9112, 2.2).
        while (!parser_->started() && unread().starts_with("\r\n")) begin_ += 2;
        if (begin_ != end_ && unread() != "\r") {
            if (phase_ == Phase::idle) enter(Phase::reading);
            begin_ += parser_->put(unread());
            if (parser_->fault()) co_return Incoming::refused;
            if (!payload_.try_set(room_for(*parser_))) {
                overloaded_ = true;
                co_return Incoming::refused;
            }
            if (parser_->done()) co_return Incoming::request;
        }
        if (parser_->awaits_continue() && begin_ == end_ && !std::exchange(told_to_continue, true)) {
            const bool sent = co_await send("HTTP/1.1 100 Continue\r\n\r\n", {});
            if (!sent) co_return Incoming::ended;
        }
        if (phase_ == Phase::idle && finishing_ && !has_received()) co_return Incoming::ended;
        const bool more = co_await fill();
        if (!more && phase_ == Phase::reading) co_return Incoming::refused;
        // A read that `finish` cancelled may have been about to bring a request.
        if (!more && !(finishing_ && has_received())) co_return Incoming::ended;
    }
}

bool HttpConnection::has_received() const {
    boost::system::error_code error;
    return socket_.available(error) > 0 && !error;
}

asio::awaitable<bool> HttpConnection::fill() {
    if (begin_ == end_) begin_ = end_ = 0;
    if (begin_ > 0 && buffer_.size() - end_ < read_size / 2) {
        std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
                  buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
        end_ -= std::exchange(begin_, 0);
    }
    // Bounded: what the parser leaves lying, it refuses once that is longer than a header may be.
    if (buffer_.size() - end_ < read_size / 2) buffer_.resize(end_ + read_size);
    const auto [error, count] =
        co_await socket_.async_read_some(asio::buffer(buffer_.data() + end_, buffer_.size() - end_), no_throw);
    end_ += count;
    co_return !error;
}

asio::awaitable<bool> HttpConnection::send(std::string_view head, std::string_view body) {
    const std::array<asio::const_buffer, 2> buffers{asio::buffer(head), asio::buffer(body)};
    const auto [error, count] = co_await asio::async_write(socket_, buffers, no_throw);
    co_return !error;
}

asio::awaitable<bool> HttpConnection::answer() {
    enter(Phase::handling);
    const bool wants_more = parser_->keeps_alive();
    const bool http10 = parser_->minor_version() == 0;
    Request request = parser_->take();
    const Method method = request.method;
    const std::string path(request.path());
    Response response = co_await handler_.handle(std::move(request));
    // A command was done: its client must hear of it. A read can be asked again, and clients that do not take what they
    // asked for must not keep others from sending commands: half of the room is for bodies.
    const bool is_read = method == Method::get || method == Method::head;
    const std::size_t size = response.body().size();
    if (!is_read || size <= small_answer)
        payload_.set(size);
    else if (!payload_.try_set(size, options_.payload_bytes / 2))
        response = respond(overloaded(), path);

    const bool keep = wants_more && !finishing_;
    const Ending ending = !keep ? Ending::close : http10 ? Ending::keep_alive_http10 : Ending::keep_alive;
    write_head(head_, response, ending, date_.at(std::time(nullptr)));
    enter(Phase::sending);
    const std::string_view body = sends_body(method, response) ? std::string_view(response.body()) : "";
    const bool sent = co_await send(head_, body);
    if (!sent) co_return false;
    if (!keep) co_await linger();
    co_return keep;
}

asio::awaitable<void> HttpConnection::refuse() {
    Problem problem{&problems::bad_request, "The request ends before it is complete."};
    if (parser_->fault()) problem = *parser_->fault();
    if (overloaded_) problem = overloaded();
    if (expired_) problem = {&problems::request_timeout, "The request was not complete in time."};
    const Response response = handler_.refuse(problem, parser_->request());
    write_head(head_, response, Ending::close, date_.at(std::time(nullptr)));
    enter(Phase::sending);
    const std::string_view body =
        sends_body(parser_->request().method, response) ? std::string_view(response.body()) : "";
    const bool sent = co_await send(head_, body);
    if (sent) co_await linger();
}

/// Closing a socket with unread bytes resets the connection, and the client may lose the answer: read them first.
asio::awaitable<void> HttpConnection::linger() {
    enter(Phase::lingering);
    boost::system::error_code ignored;
    socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    for (std::size_t drained = 0; drained < options_.linger_bytes;) {
        const auto [error, count] = co_await socket_.async_read_some(asio::buffer(buffer_), no_throw);
        if (error) break;
        drained += count;
    }
}

/// Takes effect only on an operation that waits; the deadline stays, so whoever calls this does so again.
void HttpConnection::expire() {
    expired_ = true;
    boost::system::error_code ignored;
    if (phase_ == Phase::sending)
        close();
    else
        socket_.cancel(ignored);
}

void HttpConnection::finish() {
    finishing_ = true;
    boost::system::error_code ignored;
    if (phase_ == Phase::idle) socket_.cancel(ignored);
}

void HttpConnection::close() {
    boost::system::error_code ignored;
    socket_.close(ignored);
}

}  // namespace chat
