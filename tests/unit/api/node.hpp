#pragma once

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/dev_authenticator.hpp"
#include "api/dispatcher.hpp"
#include "tests/support/coroutine.hpp"
#include "tests/unit/api/folded_queries.hpp"
#include "tests/unit/commands/scripted_log.hpp"

namespace chat::test {

struct WatchedHttp : HttpObserver {
    std::vector<std::string> requests;  // METHOD operation status user fault
    int from_cache = 0;
    int from_query = 0;
    int waits = 0;
    int late = 0;
    void request_done(const AnsweredRequest& done) override {
        requests.push_back(std::string(done.method) + " " + std::string(done.operation) + " " +
                           std::to_string(done.status) + " " + std::string(done.user) + " " + std::string(done.fault));
    }
    void read_answered(bool cached) override { ++(cached ? from_cache : from_query); }
    void read_waited(Duration, bool in_time) override { ++waits, late += !in_time; }
};

/// Lets go of what is suspended while all that it uses is still there.
struct Context : asio::io_context {
    Context() : asio::io_context(1) {}
    void drop() { shutdown(); }
};

/// The API of one process without its sockets, over a log and a read model that the test holds in its hands.
struct Node : testing::Test {
    explicit Node(std::chrono::milliseconds wait = std::chrono::milliseconds(100)) : read_wait(wait) {}
    ~Node() override { io.drop(); }

    const std::chrono::milliseconds read_wait;
    Context io;
    given::ScriptedLog log{io.get_executor()};
    given::FoldedStore store{log};
    FoldedQueries queries{log};
    ProjectedOffsets projected{io.get_executor(), 1};
    CommandObserver command_observer;
    WatchedHttp observer;
    std::uint64_t ids = 0;
    CommandService commands{io.get_executor(),
                            log,
                            store,
                            projected,
                            [] { return Time(std::chrono::seconds(1'800'000'000)); },
                            [this] { return uuid_v7(std::chrono::seconds(1), 0, ++ids); },
                            [] { return 0.5; },
                            command_observer,
                            {std::chrono::milliseconds(500), 20, 1 << 20, 1 << 20}};
    ChatReads reads{commands, queries, projected, observer, {read_wait, 1 << 20}};
    std::vector<std::string> missing;
    std::vector<std::string> damage;
    Operations operations{[this]() -> asio::awaitable<std::vector<std::string>> { co_return missing; },
                          [this]() -> asio::awaitable<std::vector<std::string>> { co_return damage; },
                          [] { return std::string("metric 1\n"); }};
    DevAuthenticator authenticator;
    Dispatcher dispatcher{
        {routes().begin(), routes().end()}, authenticator, {commands, reads}, operations, observer, "p"};

    /// The read model comes to have the whole log.
    void project() {
        const NextOffset end(static_cast<std::int64_t>(log.records.size()));
        store.applied = end;
        queries.applied = end;
        projected.advance(Partition(0), end);
    }

    struct Sent {
        Method method = Method::get;
        std::string target;
        std::string body{};
        std::vector<std::pair<Field, std::string>> fields{};
        std::string user = "ada";
    };
    asio::awaitable<Response> send(Sent sent) {
        Request request;
        request.method = sent.method;
        request.target = std::move(sent.target);
        request.body = std::move(sent.body);
        request.fields = std::move(sent.fields);
        if (!request.body.empty()) request.fields.emplace_back(Field::content_type, "application/json");
        if (!sent.user.empty()) request.fields.emplace_back(Field::authorization, "Bearer dev:" + sent.user);
        Response response = co_await dispatcher.handle(std::move(request));
        co_return response;
    }
    // Not a braced list of fields: g++ 12 takes none in an awaited call.
    asio::awaitable<Response> get(std::string target) {
        Sent sent{Method::get, std::move(target)};
        Response response = co_await send(std::move(sent));
        co_return response;
    }
    asio::awaitable<Response> get(std::string target, Field field, std::string value) {
        Sent sent{Method::get, std::move(target)};
        sent.fields.emplace_back(field, std::move(value));
        Response response = co_await send(std::move(sent));
        co_return response;
    }
    asio::awaitable<Response> post(std::string target, std::string body) {
        Sent sent{Method::post, std::move(target), std::move(body)};
        Response response = co_await send(std::move(sent));
        co_return response;
    }
    /// A session of ada's; its path.
    asio::awaitable<std::string> create(std::string title) {
        const Response made = co_await post(sessions, R"({"agent_type":"primary","title":")" + title + "\"}");
        EXPECT_EQ(made.status(), 201) << made.body();
        co_return std::string(made.field("Location").value_or(""));
    }

    template <class Body>
    void run(Body body) {
        test::run(io, [body]() mutable -> asio::awaitable<void> { co_await body(); });
    }

    const std::string sessions = "/api/v1/chat-sessions";
};

}  // namespace chat::test
