// What bounds a client's hold on the server: time, bytes, connections, and the server's end.
#include "api/http_server.hpp"

#include "tests/unit/api/served_echo.hpp"

namespace chat::test {
namespace {

struct HttpServerBounds : ServedEcho {};

}  // namespace

TEST_F(HttpServerBounds, GivesUpOnAClientThatNeverStopsSending) {
    given.linger_bytes = 100'000;
    run([this]() -> asio::awaitable<void> {
        RawClient at = client();
        co_await at.send("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000000\r\n\r\n");
        int sent = 0;
        for (; !at.broken && sent < 10'000; ++sent) co_await at.send(std::string(100'000, 'x'));
        EXPECT_TRUE(at.broken);
    });
}

TEST_F(HttpServerBounds, FinishesWhatAClientThatLeftHasAskedFor) {
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

TEST_F(HttpServerBounds, CutsClientsThatAreSlowToAsk) {
    given.request_timeout = 50ms;
    run([this]() -> asio::awaitable<void> {
        RawClient at = client();
        co_await at.send("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbo");
        const auto answer = co_await at.answer();
        EXPECT_TRUE(is_problem(answer, problems::request_timeout)) << answer.head << answer.body;
        EXPECT_TRUE(closes(answer));
    });
}

TEST_F(HttpServerBounds, CutsClientsThatAskForNothing) {
    given.idle_timeout = 50ms;
    run([this]() -> asio::awaitable<void> {
        RawClient at = client();
        co_await at.send(get_bytes("/x"));
        const auto answer = co_await at.answer();
        EXPECT_EQ(answer.status, 200);
        EXPECT_TRUE(co_await at.ended());
    });
}

TEST_F(HttpServerBounds, CutsClientsThatDoNotTakeTheirAnswer) {
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

TEST_F(HttpServerBounds, DoesNotCutARequestThatTakesLongToHandle) {
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

TEST_F(HttpServerBounds, TurnsAwayMoreConnectionsThanAllowed) {
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

TEST_F(HttpServerBounds, TakesNoMoreBytesThanItMayHold) {
    given.payload_bytes = 1500;
    given.connections = 10;
    run([this]() -> asio::awaitable<void> {
        RawClient holding = client();
        const std::string large(1000, 'x');
        co_await holding.send(post_bytes("/slow", large));
        while (handler.handled == 0) co_await asio::post(io, asio::use_awaitable);

        RawClient another = client();
        co_await another.send(post_bytes("/x", large));
        const auto refused = co_await another.answer();
        EXPECT_TRUE(is_problem(refused, problems::overloaded)) << refused.head << refused.body;
        EXPECT_NE(refused.head.find("Retry-After: 1\r\n"), std::string::npos);
        EXPECT_TRUE(closes(refused)) << "the rest of the body may be on its way";
        RawClient small = client();
        co_await small.send(post_bytes("/x", "short"));
        const auto served = co_await small.answer();
        EXPECT_EQ(served.status, 200);
        another.close();

        handler.gate.cancel();
        const auto first = co_await holding.answer();
        EXPECT_EQ(first.status, 200);
        // A large answer to a read needs room too, but what is alone may be as large as it is.
        RawClient reader = client();
        co_await reader.send(get_bytes("/big"));
        while (observer.payload_bytes < 16 << 20) co_await asio::post(io, asio::use_awaitable);
        co_await small.send(get_bytes("/big"));
        const auto later = co_await small.answer();
        EXPECT_TRUE(is_problem(later, problems::overloaded)) << later.head;
        EXPECT_FALSE(closes(later));
        const auto big = co_await reader.answer();
        EXPECT_EQ(big.body.size(), std::size_t{16 << 20});
    });
    EXPECT_EQ(handler.answered, 4);
}

TEST_F(HttpServerBounds, LeavesRoomForBodiesWhenAnswersAreNotTaken) {
    given.body_limit = 1'000'000;
    given.payload_bytes = (32 << 20) + 500'000;
    given.connections = 10;
    run([this]() -> asio::awaitable<void> {
        RawClient slow = client();
        co_await slow.send(get_bytes("/big"));
        while (observer.payload_bytes < 16 << 20) co_await asio::post(io, asio::use_awaitable);
        RawClient another = client();
        co_await another.send(get_bytes("/big"));
        while (handler.answered < 2) co_await asio::post(io, asio::use_awaitable);

        RawClient writer = client();
        co_await writer.send(post_bytes("/x", std::string(1'000'000, 'x')));
        const auto served = co_await writer.answer();
        EXPECT_EQ(served.status, 200) << served.head << served.body;
        const auto refused = co_await another.answer();
        EXPECT_TRUE(is_problem(refused, problems::overloaded)) << refused.head;
    });
}

TEST_F(HttpServerBounds, LetsSomeOfManyLargeBodiesThroughWhole) {
    given.body_limit = 200'000;
    given.payload_bytes = 700'000;
    given.connections = 10;
    run([this]() -> asio::awaitable<void> {
        const std::string bytes = post_bytes("/x", std::string(200'000, 'x'));
        std::vector<RawClient> many;
        for (int i = 0; i < 6; ++i) many.push_back(client());
        // All come on at the same pace. There is room for half of each, and so for three whole ones.
        for (std::size_t from = 0; from < bytes.size(); from += 10'000)
            for (RawClient& at : many) co_await at.send(bytes.substr(from, 10'000));
        int whole = 0;
        for (RawClient& at : many) {
            const auto answer = co_await at.answer();
            whole += answer.status == 200;
        }
        EXPECT_GE(whole, 2);
        EXPECT_LT(whole, 6);
    });
}

TEST_F(HttpServerBounds, FinishesRequestsWhenItIsStoppedAndClosesTheRest) {
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

TEST_F(HttpServerBounds, AnswersWhatHadComeWhenItIsStopped) {
    run([this]() -> asio::awaitable<void> {
        RawClient at = client();
        co_await at.send(get_bytes("/x"));
        const auto first = co_await at.answer();
        EXPECT_EQ(first.status, 200);
        at.send_now(get_bytes("/y"));  // in the server's socket, and nobody has looked yet
        server->stop(10s);
        const auto answer = co_await at.answer();
        EXPECT_EQ(answer.body, "GET /y ");
        EXPECT_TRUE(closes(answer));
    });
}

TEST_F(HttpServerBounds, ClosesEverythingPastTheGraceOfItsStop) {
    run([this]() -> asio::awaitable<void> {
        RawClient at = client();
        co_await at.send("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbo");
        while (observer.open == 0) co_await asio::post(io, asio::use_awaitable);
        server->stop(30ms);
        const auto answer = co_await at.answer();
        EXPECT_EQ(answer.status, 0);
    });
}

TEST_F(HttpServerBounds, NamesTheAddressThatIsTaken) {
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
