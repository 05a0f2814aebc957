#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/byte_budget.hpp"
#include "api/http_options.hpp"
#include "api/request_handler.hpp"
#include "api/request_parser.hpp"
#include "api/response_head.hpp"

namespace chat {

/// One client's connection: requests one after another (pipelined ones wait in the buffer), each answered before the
/// next is read. Timeouts are enforced from outside: whoever owns it calls `expire` once `deadline` has passed, so a
/// request costs no timer.
class HttpConnection {
public:
    using Clock = std::chrono::steady_clock;

    /// `options`, `handler`, `date` and `payloads` outlive it.
    HttpConnection(asio::ip::tcp::socket socket, const HttpOptions& options, RequestHandler& handler, DateField& date,
                   ByteBudget& payloads);

    /// Until the connection has ended, by whichever side. Once only.
    asio::awaitable<void> run();

    /// None while a request is being handled: that takes as long as it takes.
    std::optional<Clock::time_point> deadline() const { return deadline_; }
    void expire();

    /// End after the request that is being read or handled, at once if there is none.
    void finish();
    /// End now.
    void close();

private:
    enum class Phase { idle, reading, handling, sending, lingering };
    enum class Incoming { request, refused, ended };

    void enter(Phase phase);
    std::string_view unread() const { return {buffer_.data() + begin_, end_ - begin_}; }
    asio::awaitable<Incoming> read_request();
    /// There are bytes that only have to be taken.
    bool has_received() const;
    asio::awaitable<bool> fill();
    asio::awaitable<bool> send(std::string_view head, std::string_view body);
    asio::awaitable<bool> answer();
    asio::awaitable<void> refuse();
    asio::awaitable<void> linger();

    asio::ip::tcp::socket socket_;
    const HttpOptions& options_;
    RequestHandler& handler_;
    DateField& date_;
    ByteBudget::Share payload_;  // of what this connection holds of a request or an answer

    std::optional<RequestParser> parser_;
    std::vector<char> buffer_;  // received, and not yet taken by the parser: from begin_ to end_
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::string head_;

    Phase phase_ = Phase::idle;
    std::optional<Clock::time_point> deadline_;
    bool expired_ = false;
    bool overloaded_ = false;
    bool finishing_ = false;
};

}  // namespace chat
