#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cstdlib>
#include <string>
#include <string_view>

namespace chat::test {

namespace asio = boost::asio;

/// A client that sends bytes as they are and reads answers one by one.
class RawClient {
public:
    struct Answer {
        int status = 0;  // 0: the connection ended instead
        std::string head;
        std::string body;
    };

    RawClient(asio::io_context& io, std::uint16_t port) : socket_(io) {
        socket_.connect({asio::ip::address_v4::loopback(), port});
    }

    asio::awaitable<void> send(std::string bytes) {
        const auto [error, count] = co_await asio::async_write(socket_, asio::buffer(bytes), no_throw);
        broken = bool(error);
    }
    /// Without letting anything else run.
    void send_now(std::string_view bytes) { asio::write(socket_, asio::buffer(bytes)); }
    /// No more from us.
    void end() { socket_.shutdown(asio::ip::tcp::socket::shutdown_send); }
    void close() { socket_.close(); }

    /// `with_body`: false for what has a length but no body (HEAD).
    asio::awaitable<Answer> answer(bool with_body = true) {
        Answer answer;
        const auto [error, length] =
            co_await asio::async_read_until(socket_, asio::dynamic_buffer(received_), "\r\n\r\n", no_throw);
        if (error) co_return answer;
        answer.head = received_.substr(0, length);
        received_.erase(0, length);
        answer.status = std::atoi(answer.head.c_str() + 9);
        const auto field = answer.head.find("Content-Length: ");
        if (!with_body || field == std::string::npos) co_return answer;
        const auto size = static_cast<std::size_t>(std::atoll(answer.head.c_str() + field + 16));
        if (received_.size() < size) {
            const auto [failed, more] = co_await asio::async_read(
                socket_, asio::dynamic_buffer(received_), asio::transfer_exactly(size - received_.size()), no_throw);
            if (failed) co_return Answer{};
        }
        answer.body = received_.substr(0, size);
        received_.erase(0, size);
        co_return answer;
    }
    /// True if the other side ends the connection, properly, before it sends anything more.
    asio::awaitable<bool> ended() {
        char byte = 0;
        const auto [error, count] = co_await socket_.async_read_some(asio::buffer(&byte, 1), no_throw);
        co_return received_.empty() && error == asio::error::eof;
    }

    bool broken = false;

private:
    static constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);
    asio::ip::tcp::socket socket_;
    std::string received_;
};

}  // namespace chat::test
