// The server from outside: bytes over a socket to a handler that echoes.
#include "api/http_server.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>

#include "tests/support/coroutine.hpp"
#include "tests/unit/api/raw_client.hpp"
#include "tests/unit/api/requests.hpp"

namespace chat::test {

using namespace std::chrono_literals;

namespace {

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
    void connections(std::size_t now) override { open = now, most = std::max(most, now); }
    void connection_refused() override { ++refused; }
};

HttpOptions options() {
    HttpOptions options;
    options.port = 0;
    options.body_limit = 1000;
    options.header_limit = 2000;
    options.connections = 3;
    options.idle_timeout = options.request_timeout = options.send_timeout = options.linger_timeout = 10s;
    return options;
}

struct HttpServerTest : testing::Test {
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

std::string get_bytes(std::string_view target, std::string_view fields = "") {
    return "GET " + std::string(target) + " HTTP/1.1\r\nHost: h\r\n" + std::string(fields) + "\r\n";
}

std::string post_bytes(std::string_view target, std::string_view body, std::string_view fields = "") {
    return "POST " + std::string(target) + " HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n" + std::string(fields) + "\r\n" + std::string(body);
}

bool is_problem(const RawClient::Answer& answer, const ProblemType& type) {
    return answer.status == type.status &&
           answer.head.find("Content-Type: application/problem+json") != std::string::npos &&
           answer.body.find("\"/problems/" + std::string(type.name) + "\"") != std::string::npos;
}

bool closes(const RawClient::Answer& answer) { return answer.head.find("Connection: close\r\n") != std::string::npos; }

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

TEST_F(HttpServerTest, GivesUpOnAClientThatNeverStopsSending) {
    given.linger_bytes = 100'000;
    run([this]() -> asio::awaitable<void> {
        RawClient at = client();
        co_await at.send("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000000\r\n\r\n");
        int sent = 0;
        for (; !at.broken && sent < 10'000; ++sent) co_await at.send(std::string(100'000, 'x'));
        EXPECT_TRUE(at.broken);
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

TEST_F(HttpServerTest, FinishesWhatAClientThatLeftHasAskedFor) {
    run([this]() -> asio::awaitable<void> {
        RawClient at = client();
        co_await at.send(get_bytes("/slow"));
        while (handler.handled == 0) co_await asio::post(io, asio::use_awaitable);
        at.close();
        handler.gate.cancel();
        while (observer.open != 0) co_await asio::post(io, asio::use_awaitable);
        EXPECT_EQ(handler.answered, 1);
    });
}

TEST_F(HttpServerTest, CutsClientsThatAreSlowToAsk) {
    given.request_timeout = 50ms;
    run([this]() -> asio::awaitable<void> {
        RawClient at = client();
        co_await at.send("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbo");
        const auto answer = co_await at.answer();
        EXPECT_TRUE(is_problem(answer, problems::request_timeout)) << answer.head << answer.body;
        EXPECT_TRUE(closes(answer));
    });
}

TEST_F(HttpServerTest, CutsClientsThatAskForNothing) {
    given.idle_timeout = 50ms;
    run([this]() -> asio::awaitable<void> {
        RawClient at = client();
        co_await at.send(get_bytes("/x"));
        const auto answer = co_await at.answer();
        EXPECT_EQ(answer.status, 200);
        EXPECT_TRUE(co_await at.ended());
    });
}

TEST_F(HttpServerTest, CutsClientsThatDoNotTakeTheirAnswer) {
    given.send_timeout = 50ms;
    run([this]() -> asio::awaitable<void> {
        RawClient at = client();
        co_await at.send(get_bytes("/big"));
        while (observer.open == 0) co_await asio::post(io, asio::use_awaitable);
        while (observer.open != 0) co_await asio::post(io, asio::use_awaitable);
        const auto answer = co_await at.answer();
        EXPECT_EQ(answer.status, 0) << "only a part of it came";
    });
}

TEST_F(HttpServerTest, DoesNotCutARequestThatTakesLongToHandle) {
    given.idle_timeout = given.request_timeout = given.send_timeout = 40ms;
    run([this]() -> asio::awaitable<void> {
        RawClient at = client();
        co_await at.send(get_bytes("/slow"));
        asio::steady_timer longer(io, 150ms);
        co_await longer.async_wait(asio::use_awaitable);
        handler.gate.cancel();
        const auto answer = co_await at.answer();
        EXPECT_EQ(answer.status, 200);
    });
}

TEST_F(HttpServerTest, TurnsAwayMoreConnectionsThanAllowed) {
    run([this]() -> asio::awaitable<void> {
        std::vector<RawClient> some;
        for (int i = 0; i < 3; ++i) some.push_back(client());
        for (RawClient& at : some) {
            co_await at.send(get_bytes("/x"));
            const auto answer = co_await at.answer();
            EXPECT_EQ(answer.status, 200);
        }
        RawClient another = client();
        const auto answer = co_await another.answer();
        EXPECT_TRUE(is_problem(answer, problems::too_many_connections)) << answer.head << answer.body;
        EXPECT_EQ(observer.refused, 1);
        EXPECT_EQ(observer.open, 3u);
        some.pop_back();
        while (observer.open == 3) co_await asio::post(io, asio::use_awaitable);
        RawClient next = client();
        co_await next.send(get_bytes("/x"));
        const auto served = co_await next.answer();
        EXPECT_EQ(served.status, 200);
    });
}

TEST_F(HttpServerTest, FinishesRequestsWhenItIsStoppedAndClosesTheRest) {
    run([this]() -> asio::awaitable<void> {
        RawClient busy = client();
        RawClient idle = client();
        co_await idle.send(get_bytes("/x"));
        const auto first = co_await idle.answer();
        EXPECT_EQ(first.status, 200);
        co_await busy.send(get_bytes("/slow"));
        while (handler.handled < 2) co_await asio::post(io, asio::use_awaitable);
        server->stop(10s);
        EXPECT_TRUE(co_await idle.ended());
        EXPECT_THROW(client(), boost::system::system_error);
        handler.gate.cancel();
        const auto answer = co_await busy.answer();
        EXPECT_EQ(answer.status, 200);
        EXPECT_TRUE(closes(answer));
        EXPECT_TRUE(co_await busy.ended());
    });
}

TEST_F(HttpServerTest, ClosesEverythingPastTheGraceOfItsStop) {
    run([this]() -> asio::awaitable<void> {
        RawClient at = client();
        co_await at.send("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbo");
        while (observer.open == 0) co_await asio::post(io, asio::use_awaitable);
        server->stop(30ms);
        const auto answer = co_await at.answer();
        EXPECT_EQ(answer.status, 0);
    });
}

TEST_F(HttpServerTest, NamesTheAddressThatIsTaken) {
    run([this]() -> asio::awaitable<void> {
        HttpOptions same = given;
        same.port = server->port();
        try {
            HttpServer second(io.get_executor(), same, handler, observer);
            ADD_FAILURE() << "it listens";
        } catch (const std::system_error& error) {
            EXPECT_NE(std::string(error.what()).find("cannot listen on 127.0.0.1 port " + std::to_string(same.port)),
                      std::string::npos)
                << error.what();
        }
        co_return;
    });
}

}  // namespace chat::test
