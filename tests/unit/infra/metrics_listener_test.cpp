#include "infra/metrics/metrics_listener.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "tests/support/coroutine.hpp"

namespace chat {
namespace {

using asio::ip::tcp;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

class MetricsListenerTest : public testing::Test {
protected:
    /// What comes back for these bytes, until the other end closes.
    std::string answer_to(const std::string& bytes) {
        std::string answer;
        test::run(io, [&]() -> asio::awaitable<void> {
            tcp::socket socket(io);
            co_await socket.async_connect({asio::ip::address_v4::loopback(), listener.port()}, asio::use_awaitable);
            boost::system::error_code error;
            co_await asio::async_write(socket, asio::buffer(bytes), asio::redirect_error(asio::use_awaitable, error));
            co_await asio::async_read(socket, asio::dynamic_buffer(answer),
                                      asio::redirect_error(asio::use_awaitable, error));
        });
        return answer;
    }
    std::string get(const std::string& path) { return answer_to("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n"); }

    void SetUp() override { asio::co_spawn(io, listener.run(), asio::detached); }

    asio::io_context io{1};
    std::optional<std::string> unready;
    std::vector<std::string> damage;
    MetricsListener listener{io.get_executor(),
                             "127.0.0.1",
                             0,
                             {.metrics = [] { return std::string("chat_x 1\n"); },
                              .unready = [this] { return unready; },
                              .damage = [this]() -> asio::awaitable<std::vector<std::string>> { co_return damage; }}};
};

TEST_F(MetricsListenerTest, ServesMetrics) {
    const std::string answer = get("/metrics");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(answer, HasSubstr("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\nContent-Length: 9\r\n"));
    EXPECT_THAT(answer, EndsWith("\r\n\r\nchat_x 1\n"));
}

TEST_F(MetricsListenerTest, TellsHealthApartFromReadiness) {
    EXPECT_THAT(get("/healthz"), StartsWith("HTTP/1.1 200 "));
    EXPECT_THAT(get("/readyz?x=1"), StartsWith("HTTP/1.1 200 "));
    damage = {"one thing", "another"};
    EXPECT_THAT(get("/readyz"), StartsWith("HTTP/1.1 200 "));
    EXPECT_THAT(get("/readyz"), EndsWith("\r\n\r\nready\ndamaged: one thing\ndamaged: another\n"));
    unready = "partition 3: no broker";
    EXPECT_THAT(get("/readyz"), StartsWith("HTTP/1.1 503 "));
    EXPECT_THAT(get("/readyz"), EndsWith("\r\n\r\npartition 3: no broker\n"));
    EXPECT_THAT(get("/healthz"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(MetricsListenerTest, RefusesEverythingElse) {
    EXPECT_THAT(get("/"), StartsWith("HTTP/1.1 404 "));
    EXPECT_THAT(get("/metricsx"), StartsWith("HTTP/1.1 404 "));
    EXPECT_THAT(answer_to("POST /metrics HTTP/1.1\r\n\r\n"), StartsWith("HTTP/1.1 405 "));
    EXPECT_THAT(answer_to("nonsense\r\n\r\n"), StartsWith("HTTP/1.1 405 "));
    EXPECT_THAT(answer_to("GET\r\n\r\n"), StartsWith("HTTP/1.1 404 "));
    EXPECT_THAT(answer_to("GET /" + std::string(8192, 'x')), StartsWith("HTTP/1.1 431 "));
}

TEST_F(MetricsListenerTest, AnswersHeadWithoutABody) {
    EXPECT_THAT(answer_to("HEAD /metrics HTTP/1.1\r\n\r\n"),
                EndsWith("Content-Length: 9\r\nConnection: close\r\n\r\n"));
}

TEST_F(MetricsListenerTest, NamesTheAddressItCannotHave) {
    try {
        MetricsListener second(io.get_executor(), "127.0.0.1", listener.port(), {});
        FAIL() << "two listeners on one port";
    } catch (const std::runtime_error& error) {
        EXPECT_THAT(error.what(),
                    StartsWith("cannot listen on 127.0.0.1 port " + std::to_string(listener.port()) + ": "));
    }
}

}  // namespace
}  // namespace chat
