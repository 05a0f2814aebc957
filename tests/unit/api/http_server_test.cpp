// The server from outside: bytes over a socket, and what comes back.
#include "api/http_server.hpp"

#include "tests/unit/api/served_echo.hpp"

namespace chat::test {
namespace {

struct HttpServerTest : ServedEcho {};

}  // namespace

TEST_F(HttpServerTest, KeepsTheConnectionForOneRequestAfterAnother) {
    run([this]() -> asio::awaitable<void> {
        RawClient at = client();
        const std::vector<std::string> bodies{"a", "", "b"};
        for (const std::string& body : bodies) {
            co_await at.send(post_bytes("/x", body));
            const auto answer = co_await at.answer();
            EXPECT_EQ(answer.status, 200);
            EXPECT_EQ(answer.body, "POST /x " + std::string(body));
            EXPECT_FALSE(closes(answer));
            EXPECT_NE(answer.head.find("\r\nDate: "), std::string::npos);
        }
        EXPECT_EQ(observer.most, 1u);
    });
}

TEST_F(HttpServerTest, AnswersPipelinedRequestsInTheirOrder) {
    run([this]() -> asio::awaitable<void> {
        RawClient at = client();
        std::string bytes;
        for (int i = 0; i < 100; ++i)
            bytes += i % 2 ? get_bytes("/" + std::to_string(i)) : post_bytes("/" + std::to_string(i), "body\r\n");
        co_await at.send(bytes + get_bytes("/last", "Connection: close\r\n"));
        for (int i = 0; i < 100; ++i) {
            const auto answer = co_await at.answer();
            const std::string target = "/" + std::to_string(i);
            EXPECT_EQ(answer.body, i % 2 ? "GET " + target + " " : "POST " + target + " body\r\n");
        }
        const auto last = co_await at.answer();
        EXPECT_EQ(last.body, "GET /last ");
        EXPECT_TRUE(closes(last));
        EXPECT_TRUE(co_await at.ended());
    });
}

TEST_F(HttpServerTest, ReadsRequestsThatComeInPieces) {
    run([this]() -> asio::awaitable<void> {
        RawClient at = client();
        const std::string bytes = "\r\n" + post_bytes("/x", "body");
        for (const char byte : bytes) co_await at.send(std::string(1, byte));
        const auto answer = co_await at.answer();
        EXPECT_EQ(answer.body, "POST /x body");
    });
}

TEST_F(HttpServerTest, AnswersHeadWithoutTheBodyAnd304WithoutALength) {
    run([this]() -> asio::awaitable<void> {
        RawClient at = client();
        co_await at.send("HEAD /x HTTP/1.1\r\nHost: h\r\n\r\n" + get_bytes("/304") + get_bytes("/y"));
        const auto head = co_await at.answer(false);
        EXPECT_NE(head.head.find("Content-Length: 8\r\n"), std::string::npos) << head.head;
        const auto not_modified = co_await at.answer();
        EXPECT_EQ(not_modified.status, 304);
        EXPECT_EQ(not_modified.head.find("Content-Length"), std::string::npos);
        const auto next = co_await at.answer();
        EXPECT_EQ(next.body, "GET /y ");
    });
}

TEST_F(HttpServerTest, KeepsHttp10OnlyIfAsked) {
    run([this]() -> asio::awaitable<void> {
        RawClient at = client();
        co_await at.send("GET /1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        const auto kept = co_await at.answer();
        EXPECT_NE(kept.head.find("Connection: keep-alive\r\n"), std::string::npos);
        co_await at.send("GET /2 HTTP/1.0\r\n\r\n");
        const auto last = co_await at.answer();
        EXPECT_TRUE(closes(last));
        EXPECT_TRUE(co_await at.ended());
    });
}

TEST_F(HttpServerTest, RefusesALengthOverTheLimitWhileTheClientGoesOnSending) {
    run([this]() -> asio::awaitable<void> {
        RawClient at = client();
        co_await at.send(post_bytes("/x", std::string(200'000, 'x')));
        EXPECT_FALSE(at.broken);
        const auto answer = co_await at.answer();
        EXPECT_TRUE(is_problem(answer, problems::body_too_large)) << answer.head << answer.body;
        EXPECT_TRUE(closes(answer));
        EXPECT_TRUE(co_await at.ended());
        EXPECT_EQ(handler.handled, 0);
    });
}

TEST_F(HttpServerTest, RefusesChunksOverTheLimitWhileTheClientGoesOnSending) {
    run([this]() -> asio::awaitable<void> {
        RawClient at = client();
        std::string bytes = "POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
        for (int i = 0; i < 2000; ++i) bytes += "64\r\n" + std::string(100, 'x') + "\r\n";
        co_await at.send(bytes + "0\r\n\r\n");
        const auto answer = co_await at.answer();
        EXPECT_TRUE(is_problem(answer, problems::body_too_large)) << answer.head << answer.body;
        EXPECT_TRUE(closes(answer));
        EXPECT_TRUE(co_await at.ended());
    });
}

TEST_F(HttpServerTest, TakesChunksUpToTheLimit) {
    run([this]() -> asio::awaitable<void> {
        RawClient at = client();
        co_await at.send("POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n" +
                         std::string(1000, 'x') + "\r\n0\r\n\r\n" + get_bytes("/y"));
        const auto answer = co_await at.answer();
        EXPECT_EQ(answer.body, "POST /x " + std::string(1000, 'x'));
        const auto next = co_await at.answer();
        EXPECT_EQ(next.body, "GET /y ");
    });
}

TEST_F(HttpServerTest, RefusesTooLongHeaders) {
    run([this]() -> asio::awaitable<void> {
        RawClient at = client();
        co_await at.send(get_bytes("/x", "A: " + std::string(5000, 'x') + "\r\n"));
        const auto answer = co_await at.answer();
        EXPECT_TRUE(is_problem(answer, problems::header_too_large)) << answer.head << answer.body;
        EXPECT_TRUE(co_await at.ended());
    });
}

TEST_F(HttpServerTest, RefusesGarbage) {
    run([this]() -> asio::awaitable<void> {
        const std::vector<std::string> garbage{std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11),
                                               std::string("nonsense\r\n\r\n"), std::string(100, '\0')};
        for (const std::string& bytes : garbage) {
            RawClient at = client();
            co_await at.send(bytes);
            const auto answer = co_await at.answer();
            EXPECT_TRUE(is_problem(answer, problems::bad_request)) << answer.head << answer.body;
            EXPECT_TRUE(co_await at.ended());
        }
        EXPECT_EQ(handler.handled, 0);
    });
}

TEST_F(HttpServerTest, TellsAClientThatWaitsForItToGoOn) {
    run([this]() -> asio::awaitable<void> {
        RawClient at = client();
        for (int i = 0; i < 2; ++i) {
            co_await at.send("POST /x HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
            const auto interim = co_await at.answer();
            EXPECT_EQ(interim.status, 100);
            co_await at.send("body");
            const auto answer = co_await at.answer();
            EXPECT_EQ(answer.body, "POST /x body");
        }
        co_await at.send("POST /x HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 1001\r\n\r\n");
        const auto refused = co_await at.answer();
        EXPECT_EQ(refused.status, 413) << "without a continue";
    });
}

TEST_F(HttpServerTest, AnswersAClientThatHasClosedItsHalf) {
    run([this]() -> asio::awaitable<void> {
        RawClient at = client();
        co_await at.send(get_bytes("/a") + get_bytes("/b"));
        at.end();
        const auto first = co_await at.answer();
        const auto second = co_await at.answer();
        EXPECT_EQ(first.body + second.body, "GET /a GET /b ");
        EXPECT_TRUE(co_await at.ended());
    });
}

TEST_F(HttpServerTest, RefusesARequestThatEndsTooEarly) {
    run([this]() -> asio::awaitable<void> {
        RawClient at = client();
        co_await at.send("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbo");
        at.end();
        const auto answer = co_await at.answer();
        EXPECT_TRUE(is_problem(answer, problems::bad_request)) << answer.head << answer.body;
        EXPECT_EQ(handler.handled, 0);
    });
}

}  // namespace chat::test
