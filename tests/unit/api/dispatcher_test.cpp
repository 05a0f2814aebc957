// Requests to answers, through routes and handlers to a command service and a read model in memory.
#include "api/dispatcher.hpp"

#include "api/readiness.hpp"
#include "tests/unit/api/node.hpp"

namespace chat::test {
namespace {

struct FakeQuarantine final : Quarantine {
    std::int64_t count = 0;
    bool down = false;
    asio::awaitable<std::int64_t> streams() override {
        if (down) throw Outage("no database");
        co_return count;
    }
};

struct DispatcherTest : Node {
    FakeQuarantine quarantine;
};

bool has(const Response& response, std::string_view text) { return response.body().find(text) != std::string::npos; }

}  // namespace

TEST_F(DispatcherTest, CreatesASessionThatItsLocationGives) {
    run([this]() -> asio::awaitable<void> {
        const Response made = co_await post(
            sessions, R"({"title":"T","agent_type":"primary","initial_message":"hi","metadata":{"n":1.10}})");
        EXPECT_EQ(made.status(), 201);
        EXPECT_EQ(made.field("Chat-Version"), "1");
        EXPECT_TRUE(has(made, R"("metadata":{"n":1.10})")) << made.body();
        project();
        const Response got = co_await get(std::string(*made.field("Location")));
        EXPECT_EQ(got.status(), 200);
        EXPECT_EQ(got.field("ETag"), "\"v1\"");
        const std::string session = made.body().substr(0, made.body().size() - 1);
        EXPECT_TRUE(got.body().starts_with(session + ",\"messages\":[{")) << "the same session, then its messages";
        EXPECT_TRUE(has(got, R"("content":"hi")"));
    });
}

TEST_F(DispatcherTest, AddsAMessageThatItsLocationGives) {
    run([this]() -> asio::awaitable<void> {
        const std::string session = co_await create("one");
        const Response added =
            co_await post(session + "/messages", R"({"message_type":"agent","content":"C","agent_type":"x"})");
        EXPECT_EQ(added.status(), 201);
        EXPECT_EQ(added.field("Chat-Version"), "2");
        project();
        const std::string location(*added.field("Location"));
        const Response got = co_await get(location);
        EXPECT_EQ(got.status(), 200) << location;
        EXPECT_EQ(got.body(), added.body());
        const Response page = co_await get(session + "/messages");
        EXPECT_EQ(page.body(), "[" + added.body() + "]");

        const Response other =
            co_await get(sessions + "/01890a5d-ac96-774b-bcce-b302099a8057" + location.substr(session.size()));
        EXPECT_EQ(other.status(), 404);
        EXPECT_TRUE(has(other, "/problems/no-such-message"));
    });
}

TEST_F(DispatcherTest, RenamesDeletesAndRestores) {
    run([this]() -> asio::awaitable<void> {
        const std::string session = co_await create("one");
        const std::vector<Method> methods{Method::put, Method::patch};
        for (const Method method : methods) {
            Sent rename{method, session, R"({"title":"two"})"};
            const Response renamed = co_await send(std::move(rename));
            EXPECT_EQ(renamed.status(), 200);
            EXPECT_EQ(renamed.field("Chat-Version"), "2") << "the second time nothing changes";
            EXPECT_TRUE(has(renamed, R"("title":"two")"));
        }
        Sent remove{Method::delete_, session};
        const Response removed = co_await send(std::move(remove));
        EXPECT_EQ(removed.status(), 200);
        EXPECT_EQ(removed.body(), R"({"message":"Session deleted successfully"})");
        EXPECT_EQ(removed.field("Chat-Version"), "3");
        project();
        const Response gone = co_await get(session);
        EXPECT_EQ(gone.status(), 404);
        const Response messages = co_await get(session + "/messages");
        EXPECT_EQ(messages.status(), 404);
        const Response restored = co_await post(session + "/restore", "");
        EXPECT_EQ(restored.status(), 200);
        EXPECT_TRUE(has(restored, R"("is_active":true)"));
        project();
        const Response back = co_await get(session);
        EXPECT_EQ(back.status(), 200);
    });
}

TEST_F(DispatcherTest, AnswersAlikeForWhatIsNotThereOrAnothersOrNoId) {
    run([this]() -> asio::awaitable<void> {
        const std::string anothers = co_await create("one");
        project();
        const auto answers = [&](Method method, std::string suffix, std::string body) -> asio::awaitable<std::string> {
            std::string all;
            const std::vector<std::string> paths{anothers, sessions + "/01890a5d-ac96-774b-bcce-b302099a8057",
                                                 sessions + "/no-uuid", sessions + "/%30"};
            for (const std::string& path : paths) {
                Sent sent{method, path + suffix, body, {}, "bob"};
                const Response response = co_await send(std::move(sent));
                std::string text = std::to_string(response.status()) + response.body();
                const std::string version(response.field("Chat-Version").value_or("none"));
                text.erase(text.find(path), path.size());
                if (all.empty()) all = text + version;
                EXPECT_EQ(text + version, all) << path;
            }
            co_return all.substr(0, 3);
        };
        const std::string body = R"({"title":"x","message_type":"user","content":"c"})";
        EXPECT_EQ(co_await answers(Method::get, "", ""), "404");
        EXPECT_EQ(co_await answers(Method::get, "/messages", ""), "404");
        EXPECT_EQ(co_await answers(Method::get, "/messages/x", ""), "404");
        EXPECT_EQ(co_await answers(Method::patch, "", body), "404");
        EXPECT_EQ(co_await answers(Method::put, "", "{}"), "404");
        EXPECT_EQ(co_await answers(Method::delete_, "", ""), "404");
        EXPECT_EQ(co_await answers(Method::post, "/messages", body), "404");
        EXPECT_EQ(co_await answers(Method::post, "/restore", ""), "404");
        EXPECT_EQ(co_await answers(Method::post, "/messages", "{}"), "422");
    });
}

TEST_F(DispatcherTest, LinksThePagesOfASession) {
    run([this]() -> asio::awaitable<void> {
        const std::string session = co_await create("one");
        for (int i = 0; i < 3; ++i) co_await post(session + "/messages", R"({"message_type":"user","content":"hi"})");
        project();
        const Response whole = co_await get(session + "?limit=3");
        EXPECT_FALSE(whole.field("Link"));
        const Response cut = co_await get(session + "?limit=2&x=y");
        EXPECT_TRUE(cut.field("Link").value_or("").starts_with("<" + session + "/messages?limit=2&x=y&before="))
            << cut.field("Link").value_or("none");
        const Response page = co_await get(session + "/messages?limit=2");
        EXPECT_TRUE(page.field("Link").value_or("").ends_with(">; rel=\"prev\""));
    });
}

TEST_F(DispatcherTest, AsksForATokenWhereUsersDataIs) {
    run([this]() -> asio::awaitable<void> {
        Sent nobody{Method::get, sessions, {}, {}, ""};
        const Response refused = co_await send(std::move(nobody));
        EXPECT_EQ(refused.status(), 401);
        EXPECT_EQ(refused.field("WWW-Authenticate"), "Bearer");
        EXPECT_TRUE(has(refused, "/problems/unauthorized"));
        Sent too_long{Method::get, sessions, {}, {}, std::string(256, 'x')};
        const Response other = co_await send(std::move(too_long));
        EXPECT_EQ(other.status(), 401);
        const std::vector<std::string> paths{"/healthz", "/readyz", "/metrics", "/api/v1/openapi.yaml"};
        for (const std::string& path : paths) {
            Sent operators{Method::get, path, {}, {}, ""};
            const Response response = co_await send(std::move(operators));
            EXPECT_EQ(response.status(), 200) << path;
        }
    });
}

TEST_F(DispatcherTest, SaysWhatAPathTakes) {
    run([this]() -> asio::awaitable<void> {
        Sent options{Method::options, sessions, {}, {}, ""};
        const Response wrong = co_await send(std::move(options));
        EXPECT_EQ(wrong.status(), 405);
        EXPECT_EQ(wrong.field("Allow"), "POST, GET, HEAD");
        const Response nothing = co_await get("/nothing?x");
        EXPECT_EQ(nothing.status(), 404);
        EXPECT_TRUE(has(nothing, R"("type":"/problems/not-found")"));
        EXPECT_TRUE(has(nothing, R"("instance":"/nothing")"));
    });
}

TEST_F(DispatcherTest, NamesEveryAnswer) {
    run([this]() -> asio::awaitable<void> {
        const Response echoed = co_await get(sessions, Field::x_request_id, "mine");
        EXPECT_EQ(echoed.field("X-Request-Id"), "mine");
        EXPECT_EQ(echoed.field("X-Content-Type-Options"), "nosniff");
        EXPECT_EQ(echoed.field("Cache-Control"), "private, no-cache");
        EXPECT_EQ(echoed.field("Vary"), "Authorization");
        const Response made = co_await get("/nothing");
        EXPECT_EQ(made.field("X-Request-Id"), "p-1");
        EXPECT_EQ(dispatcher.refuse({&problems::bad_request, "d"}, Request()).field("X-Request-Id"), "p-2");
    });
}

TEST_F(DispatcherTest, StoresWhereACommandCameFrom) {
    run([this]() -> asio::awaitable<void> {
        const std::string trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        Sent sent{Method::post,
                  sessions,
                  R"({"title":"T","agent_type":"primary"})",
                  {{Field::x_request_id, "mine"}, {Field::traceparent, trace}}};
        co_await send(std::move(sent));
        EXPECT_EQ(log.records.at(0)->header("ce_correlationid"), "mine");
        EXPECT_EQ(log.records.at(0)->header("ce_traceparent"), trace);
        EXPECT_FALSE(log.records.at(0)->header("ce_commandid"));
    });
}

TEST_F(DispatcherTest, TellsOutagesWithoutTheirCauses) {
    run([this]() -> asio::awaitable<void> {
        queries.down = true;
        const Response read = co_await get(sessions);
        EXPECT_EQ(read.status(), 503);
        EXPECT_TRUE(has(read, "/problems/unavailable"));
        EXPECT_TRUE(read.field("Retry-After"));
        EXPECT_FALSE(has(read, "secret"));
        EXPECT_EQ(observer.requests.back(), "GET listSessions 503 ada password=secret") << "the log has it";

        log.answers = {given::ScriptedLog::Answer::outage};
        const Response command = co_await post(sessions, R"({"title":"T","agent_type":"primary"})");
        EXPECT_EQ(command.status(), 503);
        EXPECT_TRUE(has(command, "/problems/log-unavailable")) << command.body();
        EXPECT_TRUE(command.field("Retry-After"));
    });
}

TEST_F(DispatcherTest, SaysWhenTheOutcomeIsUnknown) {
    run([this]() -> asio::awaitable<void> {
        log.answers = std::deque(1000, given::ScriptedLog::Answer::lost_unknown);
        const Response command = co_await post(sessions, R"({"title":"T","agent_type":"primary"})");
        EXPECT_EQ(command.status(), 503);
        EXPECT_TRUE(has(command, "/problems/outcome-unknown")) << command.body();
    });
}

TEST_F(DispatcherTest, NamesWhatIsMissingToBeReady) {
    run([this]() -> asio::awaitable<void> {
        missing = {"the database: gone", "the event log: gone too"};
        const Response response = co_await get("/readyz");
        EXPECT_EQ(response.status(), 503);
        EXPECT_TRUE(has(response, R"("detail":"the database: gone; the event log: gone too")")) << response.body();
        EXPECT_EQ(response.field("Retry-After"), "1");
    });
}

TEST_F(DispatcherTest, TellsItsObserver) {
    run([this]() -> asio::awaitable<void> {
        co_await create("one");
        co_await get("/nothing");
        EXPECT_EQ(observer.requests, (std::vector<std::string>{"POST createSession 201 ada ", "GET none 404  "}));
    });
}

TEST_F(DispatcherTest, IsReadyOnlyWithLogAndDatabase) {
    run([this]() -> asio::awaitable<void> {
        Readiness readiness(commands, log, queries, quarantine, std::chrono::milliseconds(50));
        co_await create("one");
        const auto nothing = co_await readiness.missing();
        EXPECT_EQ(nothing, std::vector<std::string>{});
        queries.down = true;
        log.down = true;
        log.news();
        while (!commands.outage()) co_await asio::post(io, asio::use_awaitable);
        const auto three = co_await readiness.missing();
        EXPECT_EQ(three.size(), 3u);
        EXPECT_EQ(three.at(0), "the database: no answer");
    });
}

TEST_F(DispatcherTest, IsReadyWithDamageAndNamesIt) {
    run([this]() -> asio::awaitable<void> {
        damage = {"one \"thing\"", "another"};
        const Response ready = co_await get("/readyz");
        EXPECT_EQ(ready.status(), 200);
        EXPECT_EQ(ready.body(), R"({"status":"damaged","damage":["one \"thing\"","another"]})");

        Readiness readiness(commands, log, queries, quarantine, std::chrono::milliseconds(50));
        co_await create("one");
        auto found = co_await readiness.damage();
        EXPECT_EQ(found, std::vector<std::string>{});
        quarantine.count = 2;
        log.store(std::make_shared<const Record>(Record{"ada", {}, "hello"}));
        while (commands.damage().empty()) co_await asio::post(io, asio::use_awaitable);
        found = co_await readiness.damage();
        const std::vector<std::string> expected{"1 record of the log is no event of ours",
                                                "2 users' histories are damaged (quarantined)"};
        EXPECT_EQ(found, expected);
        quarantine.down = true;
        found = co_await readiness.damage();
        EXPECT_EQ(found.size(), 1u) << "what is known";
    });
}

}  // namespace chat::test
