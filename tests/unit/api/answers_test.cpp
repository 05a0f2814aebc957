// How answers look: problems, JSON of sessions and messages, header fields.
#include "api/dev_authenticator.hpp"
#include "api/faults.hpp"
#include "api/render.hpp"
#include "api/rendered.hpp"
#include "api/request_id.hpp"
#include "api/response_head.hpp"
#include "tests/unit/api/requests.hpp"

namespace chat::test {
namespace {

const SessionId some_session = *SessionId::parse("01890a5d-ac96-774b-bcce-b302099a8057");
const MessageId some_message = *MessageId::parse("01890a5d-ac96-774b-bcce-b302099a8058");
const Time some_time = *parse_rfc3339("2026-01-31T09:00:00.123456Z");

Problem thrown(auto exception, Method method) {
    return problem_of(std::make_exception_ptr(std::move(exception)), method).problem;
}

}  // namespace

TEST(ProblemAnswer, HasAllMembersOfRfc9457) {
    const Response response = respond(invalid({{"/title", "is \"required\""}}), "/api/v1/chat-sessions");
    EXPECT_EQ(response.status(), 422);
    EXPECT_EQ(response.field("Content-Type"), "application/problem+json");
    EXPECT_EQ(response.body(),
              R"({"type":"/problems/validation","title":"The request breaks the rules of its fields","status":422,)"
              R"("detail":"One value is not acceptable.","instance":"/api/v1/chat-sessions",)"
              R"("errors":[{"pointer":"/title","detail":"is \"required\""}]})");
}

TEST(ProblemAnswer, EncodesWhatIsNoUriInItsInstance) {
    const Response response = respond({&problems::not_found, "d"}, "/a\xff\"<");
    EXPECT_NE(response.body().find(R"("instance":"/a%FF%22%3C")"), std::string::npos) << response.body();
}

TEST(ProblemAnswer, SaysHowToGoOn) {
    EXPECT_EQ(respond({&problems::unauthorized, "d"}, "/").field("WWW-Authenticate"), "Bearer");
    EXPECT_EQ(respond({&problems::unavailable, "d", {}, std::chrono::seconds(7)}, "/").field("Retry-After"), "7");
}

TEST(ProblemTypes, HaveNamesAndStatusesOfTheirOwn) {
    std::set<std::string_view> names;
    for (const ProblemType* type : all_problem_types()) {
        EXPECT_TRUE(names.insert(type->name).second) << type->name;
        EXPECT_FALSE(reason_phrase(type->status).empty()) << type->status;
    }
    EXPECT_EQ(names.size(), 24u);
}

TEST(Problems, HaveAnInstanceThatIsAUriWhateverThePath) {
    const auto instance = [](std::string_view path) {
        const std::string body(respond({&problems::not_found, "d"}, path).body());
        return body.substr(body.find("\"instance\":"));
    };
    EXPECT_EQ(instance("/a%2Fb"), R"("instance":"/a%2Fb"})");
    EXPECT_EQ(instance("/a%zz%"), R"("instance":"/a%25zz%25"})");
    EXPECT_EQ(instance("/a%4"), R"("instance":"/a%254"})");
}

TEST(Faults, BecomeProblemsByWhatTheyAre) {
    EXPECT_EQ(problem_of(Refused{Refusal::no_such_session, Sequence(7)}).type, &problems::no_such_session);
    EXPECT_EQ(problem_of(Refused{Refusal::moved_on, Sequence(7)}).type, &problems::precondition_failed);
    EXPECT_EQ(problem_of(Refused{Refusal::key_reused, Sequence(7)}).type, &problems::key_reused);
    EXPECT_EQ(respond(problem_of(Refused{Refusal::moved_on, Sequence(7)}), "/").field("Chat-Version"), "7");
    EXPECT_EQ(problem_of(Conflict{}).type, &problems::conflict);
    EXPECT_EQ(thrown(OutcomeUnknown("secret"), Method::post).type, &problems::outcome_unknown);
    EXPECT_EQ(thrown(Quarantined("secret"), Method::post).type, &problems::history_damaged);
    EXPECT_EQ(thrown(Outage("secret", std::chrono::seconds(3)), Method::post).type, &problems::log_unavailable);
    EXPECT_EQ(thrown(Outage("secret", std::chrono::seconds(3)), Method::post).retry_after, std::chrono::seconds(3));
    EXPECT_EQ(thrown(Outage("secret"), Method::get).type, &problems::unavailable);
    EXPECT_EQ(thrown(std::runtime_error("secret"), Method::get).type, &problems::internal_error);
    EXPECT_EQ(thrown(7, Method::get).type, &problems::internal_error);
}

TEST(Faults, KeepTheirCausesFromTheCaller) {
    const auto [problem, cause] = problem_of(std::make_exception_ptr(std::runtime_error("SELECT secret")), Method::get);
    EXPECT_EQ(cause, "SELECT secret");
    EXPECT_EQ(respond(problem, "/").body().find("SELECT"), std::string::npos);
}

TEST(Render, WritesASessionAsTheContractSays) {
    const std::string expected =
        R"({"id":"01890a5d-ac96-774b-bcce-b302099a8057","title":"T","agent_type":"primary",)"
        R"("created_at":"2026-01-31T09:00:00.123456Z","last_message_at":"2026-01-31T09:00:00.123456Z",)"
        R"("message_count":2,"is_active":false,"metadata":{"n":1.10}})";
    const JsonText metadata(R"({"n":1.10})");
    const SessionRow row{some_session, "T",   AgentType::primary, some_time,  some_time, 2,
                         false,        false, metadata,           Sequence(3)};
    const Session session{some_session, "T",   AgentType::primary, some_time,  some_time, 2,
                          false,        false, metadata,           Sequence(3)};
    EXPECT_EQ(render(row), expected);
    EXPECT_EQ(render(session), expected) << "a command's answer looks like a query's";
    EXPECT_EQ(render(std::vector{row, row}), "[" + expected + "," + expected + "]");
    EXPECT_EQ(render(std::vector<SessionRow>{}), "[]");
}

TEST(Render, WritesAMessageAsTheContractSays) {
    const std::string expected =
        R"({"id":"01890a5d-ac96-774b-bcce-b302099a8058","session_id":"01890a5d-ac96-774b-bcce-b302099a8057",)"
        R"("message_type":"agent","content":"C","agent_type":null,"metadata":{},)"
        R"("created_at":"2026-01-31T09:00:00.123456Z"})";
    const MessageRow row{some_message, some_session, MessageType::agent, "C", {}, {}, some_time, Sequence(3)};
    MessageAdded added;
    added.session = some_session;
    added.message = some_message;
    added.message_type = MessageType::agent;
    added.content = "C";
    EXPECT_EQ(render(row), expected);
    EXPECT_EQ(render(added, some_time), expected);
    EXPECT_EQ(render(std::vector{row}), "[" + expected + "]");

    const SessionRow session{some_session, "T", AgentType::primary, some_time, some_time, 1, true,
                             false,        {},  Sequence(3)};
    const std::string alone = render(session);
    EXPECT_EQ(render(session, {row}), alone.substr(0, alone.size() - 1) + R"(,"messages":[)" + expected + "]}");
    EXPECT_EQ(render(session, {}), alone.substr(0, alone.size() - 1) + R"(,"messages":[]})");
}

TEST(RenderedAnswer, IsSentWholeUnlessTheCallerHasIt) {
    const Rendered answer = rendered("[1]", Sequence(4), "</a>; rel=\"next\"", {Sequence(9), NextOffset(20), false});
    Request request = get("/a");
    const Response whole = respond(request, answer);
    EXPECT_EQ(whole.status(), 200);
    EXPECT_EQ(whole.body(), "[1]");
    EXPECT_EQ(whole.fields(),
              "ETag: \"v4\"\r\nChat-Version: 9\r\nContent-Type: application/json\r\nLink: </a>; rel=\"next\"\r\n");

    request.fields = {{Field::if_none_match, "W/\"v4\""}};
    const Response known = respond(request, answer);
    EXPECT_EQ(known.status(), 304);
    EXPECT_EQ(known.body(), "");
    EXPECT_EQ(known.fields(), "ETag: \"v4\"\r\nChat-Version: 9\r\n");
}

TEST(RenderedAnswer, SaysThatTheHistoryIsDamaged) {
    const Rendered answer = rendered("[]", Sequence(4), "", {Sequence(4), NextOffset(20), true});
    EXPECT_EQ(respond(get("/a"), answer).field("Chat-History"), "damaged");
}

TEST(RenderedAnswer, OfWhatIsMissingIsAProblemWithAVersion) {
    Request request = get("/a");
    request.fields = {{Field::if_none_match, "*"}};
    const Response response =
        respond(request, rendered_missing(problems::no_such_session, {Sequence(9), NextOffset(20), false}));
    EXPECT_EQ(response.status(), 404);
    EXPECT_EQ(response.field("Chat-Version"), "9");
    EXPECT_FALSE(response.field("ETag"));
}

TEST(ResponseHead, IsWhatGoesOverTheWire) {
    std::string head = "old";
    write_head(head, created("/x", "{}"), Ending::keep_alive, "DATE");
    EXPECT_EQ(head,
              "HTTP/1.1 201 Created\r\nDate: DATE\r\nContent-Type: application/json\r\nLocation: /x\r\n"
              "Content-Length: 2\r\n\r\n");
    write_head(head, Response(304), Ending::close, "DATE");
    EXPECT_EQ(head, "HTTP/1.1 304 Not Modified\r\nDate: DATE\r\nConnection: close\r\n\r\n");
}

TEST(DateField, IsInTheFormOfRfc9110) {
    DateField date;
    EXPECT_EQ(date.at(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
    EXPECT_EQ(date.at(784111778), "Sun, 06 Nov 1994 08:49:38 GMT");
}

TEST(RequestId, IsEchoedIfItIsVisibleAsciiAndShort) {
    RequestIds ids("p");
    const auto of = [&ids](std::string value) {
        Request request = get("/");
        request.fields = {{Field::x_request_id, std::move(value)}};
        return ids.of(request);
    };
    EXPECT_EQ(of("abc-~!"), "abc-~!");
    EXPECT_EQ(of(std::string(128, 'x')), std::string(128, 'x'));
    EXPECT_EQ(of(std::string(129, 'x')), "p-1");
    EXPECT_EQ(of("a b"), "p-2");
    EXPECT_EQ(of("\xc3\xa4"), "p-3");
    EXPECT_EQ(ids.of(get("/")), "p-4");
}

TEST(Traceparent, IsTakenOverIfItIsValid) {
    const std::string valid = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    EXPECT_EQ(parse_traceparent(valid), valid);
    EXPECT_EQ(parse_traceparent("cc" + valid.substr(2) + "-more"), "cc" + valid.substr(2));
    for (const std::string& text :
         {std::string(), valid + "-more", "ff" + valid.substr(2), valid.substr(1), "cc" + valid.substr(2) + "more",
          std::string("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01"),
          std::string("00-00000000000000000000000000000000-00f067aa0ba902b7-01"),
          std::string("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01"), valid + ", " + valid})
        EXPECT_FALSE(parse_traceparent(text)) << text;
}

TEST(Causes, AreTheRequestsIdAndTrace) {
    Request request = get("/");
    request.id = "r1";
    request.fields = {{Field::traceparent, "nonsense"}, {Field::idempotency_key, "k"}};
    Causes expected;
    expected.correlation = "r1";
    EXPECT_EQ(causes_of(request), expected);
}

TEST(BearerToken, StandsAfterItsScheme) {
    EXPECT_EQ(bearer_token("Bearer dev:ada"), "dev:ada");
    EXPECT_EQ(bearer_token("bEARER  dev:a b"), "dev:a b");
    for (const char* field : {"", "Bearer", "Bearer ", "Bearer   ", "Basic dev:ada", "Bearerdev:ada"})
        EXPECT_FALSE(bearer_token(field)) << field;
}

TEST(DevToken, IsTheUserIdAsItIs) {
    DevAuthenticator dev;
    EXPECT_EQ(dev.authenticate("dev:ada"), UserId("ada"));
    EXPECT_EQ(dev.authenticate("dev:a%20dev:b ä"), UserId("a%20dev:b ä"));
    EXPECT_EQ(dev.authenticate("dev:" + std::string(255, 'x')), UserId(std::string(255, 'x')));
    for (const std::string& token : {std::string("dev:"), std::string("ada"), "dev:" + std::string(256, 'x'),
                                     std::string("dev:\xff"), std::string("dev:\0", 5)})
        EXPECT_FALSE(dev.authenticate(token)) << token;
}

}  // namespace chat::test
