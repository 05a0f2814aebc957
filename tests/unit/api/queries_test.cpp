// What query strings and the header fields of reads say.
#include "api/cursors.hpp"
#include "api/entity_tag.hpp"
#include "api/get_activity.hpp"
#include "api/get_session.hpp"
#include "api/list_messages.hpp"
#include "api/list_sessions.hpp"
#include "api/page_links.hpp"
#include "api/query_parameters.hpp"
#include "tests/unit/api/requests.hpp"

namespace chat::test {
namespace {

const SessionCursor some_row{Time(std::chrono::microseconds(1'800'000'000'123'456)),
                             *SessionId::parse("01890a5d-ac96-774b-bcce-b302099a8057")};

Result<MessagePageQuery, Problem> message_page(const std::string& query) {
    Request request = get("/api/v1/chat-sessions/x/messages?" + query);
    request.path_parameters = {"x"};
    return parse_message_page(request);
}

Result<SessionListQuery, Problem> session_list(const std::string& query) {
    return parse_session_list(get("/api/v1/chat-sessions?" + query));
}

}  // namespace

TEST(ActivityQueryString, IsReadWithAllItsParameters) {
    const auto query =
        parse_activity_query(get("/api/v1/activity?from=2026-01-31&to=2026-02-01&limit=7&agent_type=primary"));
    ASSERT_TRUE(query.has_value());
    EXPECT_EQ(query->user, UserId("ada"));
    EXPECT_EQ(query->agent_type, AgentType::primary);
    EXPECT_EQ(query->to->value() - query->from->value(), 1);
    EXPECT_EQ(query->limit, 7u);
    EXPECT_EQ(parse_activity_query(get("/api/v1/activity"))->limit, 100u);
}

TEST(ActivityQueryString, IsRefusedWithEveryFaultAtOnce) {
    for (const char* wrong : {"2026-02-30", "2026-1-31", "yesterday", "", "2026-01-31T00:00:00Z", "2026-01-3x"}) {
        const auto query = parse_activity_query(get("/api/v1/activity?from=" + std::string(wrong) + "&limit=1001"));
        ASSERT_FALSE(query.has_value()) << wrong;
        EXPECT_EQ(query.error().errors, (std::vector<FieldFault>{{"/query/from", "must be a day such as 2026-01-31"},
                                                                 {"/query/limit", "must be a number from 1 to 1000"}}));
    }
    const auto turned = parse_activity_query(get("/api/v1/activity?from=2026-02-01&to=2026-01-31"));
    ASSERT_FALSE(turned.has_value());
    EXPECT_EQ(turned.error().errors, (std::vector<FieldFault>{{"/query/to", "must not be before from"}}));
}

TEST(Activity, IsRenderedAsTheOpenapiDocumentSays) {
    EXPECT_EQ(render({{Day(20484), AgentType::log_analysis, 3}, {Day(0), AgentType::primary, 1}}),
              R"([{"day":"2026-01-31","agent_type":"log_analysis","messages":3},)"
              R"({"day":"1970-01-01","agent_type":"primary","messages":1}])");
    EXPECT_EQ(render(std::vector<ActivityRow>{}), "[]");
}

TEST(SessionListQueryString, HasDefaults) {
    const auto query = parse_session_list(get("/api/v1/chat-sessions"));
    ASSERT_TRUE(query.has_value());
    SessionListQuery expected;
    expected.user = UserId("ada");
    expected.limit = 10;
    EXPECT_EQ(*query, expected);
}

TEST(SessionListQueryString, IsReadWithAllItsParametersAndIgnoresOthers) {
    const auto query = session_list("limit=100&state=all&agent_type=log%5Fanalysis&x=1&x=2&&bare&cursor=" +
                                    encode(SessionPageCursor{some_row, true}));
    ASSERT_TRUE(query.has_value());
    SessionListQuery expected;
    expected.user = UserId("ada");
    expected.filter = SessionFilter::all;
    expected.agent_type = AgentType::log_analysis;
    expected.limit = 100;
    expected.before = some_row;
    EXPECT_EQ(*query, expected);
}

TEST(SessionListQueryString, IsRefusedWithEveryFaultAtOnce) {
    const std::vector<std::pair<std::string, std::vector<FieldFault>>> table{
        {"limit=0", {{"/query/limit", "must be a number from 1 to 100"}}},
        {"limit=101", {{"/query/limit", "must be a number from 1 to 100"}}},
        {"limit=-1", {{"/query/limit", "must be a number from 1 to 100"}}},
        {"limit=+1", {{"/query/limit", "must be a number from 1 to 100"}}},
        {"limit=1e1", {{"/query/limit", "must be a number from 1 to 100"}}},
        {"limit=", {{"/query/limit", "must be a number from 1 to 100"}}},
        {"limit=99999999999999999999", {{"/query/limit", "must be a number from 1 to 100"}}},
        {"limit=5&limit=5", {{"/query/limit", "must not stand twice"}}},
        {"limit=%zz", {{"/query/limit", "must be percent-encoded properly"}}},
        {"state=Active&agent_type=",
         {{"/query/agent_type", "must be one of primary, log_analysis"},
          {"/query/state", "must be one of active, inactive, deleted, all"}}},
        {"cursor=AAAA", {{"/query/cursor", "must be a cursor that a Link gave"}}},
    };
    for (const auto& [query, errors] : table) {
        const auto parsed = session_list(query);
        ASSERT_FALSE(parsed.has_value()) << query;
        EXPECT_EQ(parsed.error(), invalid(errors)) << query;
    }
}

TEST(MessagePageQueryString, GoesOneWayOnly) {
    const std::string cursor = encode_message_cursor(Sequence(7));
    EXPECT_EQ(message_page("limit=500")->limit, 500u);
    EXPECT_EQ(message_page("x=")->limit, 100u);
    EXPECT_EQ(message_page("before=" + cursor)->before, Sequence(7));
    EXPECT_EQ(message_page("after=" + cursor)->after, Sequence(7));
    EXPECT_EQ(message_page("after=" + cursor + "&before=" + cursor).error(),
              invalid({{"/query/after", "must not stand beside before"}}));
    EXPECT_EQ(message_page("limit=501").error(), invalid({{"/query/limit", "must be a number from 1 to 500"}}));
    EXPECT_EQ(message_page("before=" + encode(SessionPageCursor{some_row, true})).error(),
              invalid({{"/query/before", "must be a cursor that a Link gave"}}));
}

TEST(GetSessionQueryString, HasALimitOnly) {
    Request request = get("/api/v1/chat-sessions/x?before=nonsense&limit=3");
    request.path_parameters = {"x"};
    ASSERT_TRUE(parse_get_session(request).has_value());
    EXPECT_EQ(parse_get_session(request)->limit, 3u);
    EXPECT_FALSE(parse_get_session(request)->before);
}

TEST(AskedVersion, IsANumber) {
    Request request = get("/");
    EXPECT_EQ(*asked_version(request), std::nullopt);
    request.fields = {{Field::chat_version, "0"}};
    EXPECT_EQ(*asked_version(request), Sequence(0));
    for (const char* value : {"", "-1", "1.0", "v1", " 1", "1, 2", "9223372036854775808"}) {
        request.fields = {{Field::chat_version, value}};
        EXPECT_EQ(asked_version(request).error(), invalid({{"/header/Chat-Version", "must be a number from 0"}}));
    }
}

TEST(Cursors, ComeBackAsTheyWere) {
    for (const bool newer : {false, true}) {
        const SessionPageCursor cursor{some_row, newer};
        EXPECT_EQ(parse_session_cursor(encode(cursor)), cursor);
    }
    const SessionPageCursor early{{Time(std::chrono::microseconds(-1)), SessionId{}}, false};
    EXPECT_EQ(parse_session_cursor(encode(early)), early);
    EXPECT_EQ(parse_message_cursor(encode_message_cursor(Sequence(0))), Sequence(0));
    EXPECT_EQ(parse_message_cursor(encode_message_cursor(Sequence(INT64_MAX))), Sequence(INT64_MAX));
}

TEST(Cursors, OfOtherKindsOrShapesAreNone) {
    const std::string session = encode(SessionPageCursor{some_row, false});
    const std::string message = encode_message_cursor(Sequence(7));
    EXPECT_FALSE(parse_session_cursor(message));
    EXPECT_FALSE(parse_message_cursor(session));
    EXPECT_FALSE(parse_message_cursor(encode_message_cursor(Sequence(-1))));
    for (std::string text : {std::string(), message + "A", message.substr(1), message + "=", std::string("\0", 1)})
        EXPECT_FALSE(parse_message_cursor(text)) << text;
    // A time that no timestamp can hold must not get as far as the database.
    const SessionPageCursor far{{Time(std::chrono::microseconds(INT64_MAX)), SessionId{}}, false};
    EXPECT_FALSE(parse_session_cursor(encode(far)));
}

TEST(PageUrl, KeepsTheOtherParameters) {
    EXPECT_EQ(page_url("/a", "", {"cursor"}, "cursor", "C"), "/a?cursor=C");
    EXPECT_EQ(page_url("/a", "limit=2&cursor=old&state=all", {"cursor"}, "cursor", "C"),
              "/a?limit=2&state=all&cursor=C");
    EXPECT_EQ(page_url("/a", "%63ursor=old&x=%3E", {"cursor"}, "cursor", "C"), "/a?x=%3E&cursor=C");
}

TEST(PageUrl, CannotLeaveItsAngleBrackets) {
    EXPECT_EQ(page_url("/a", "x=>;\"\xc3\xa4", {"cursor"}, "cursor", "C"), "/a?x=%3E;%22%C3%A4&cursor=C");
}

TEST(Link, NamesEachRelation) {
    std::string link;
    add_link(link, "/a?cursor=1", "next");
    add_link(link, "/a?cursor=2", "prev");
    EXPECT_EQ(link, R"(</a?cursor=1>; rel="next", </a?cursor=2>; rel="prev")");
}

TEST(IfNoneMatch, NamesATagInItsList) {
    const std::string tag = entity_tag(Sequence(12));
    EXPECT_EQ(tag, "\"v12\"");
    for (const char* field : {"\"v12\"", "*", "W/\"v12\"", "\"x\", \"v12\"", "\"a,b\",W/\"v12\" , \"c\"", ",\"v12\","})
        EXPECT_TRUE(names_tag(field, tag)) << field;
    for (const char* field : {"", "v12", "\"v1\"", "\"v12", "\"v12\", oops", "w/\"v12\"", "\"*\"", "*, \"x\""})
        EXPECT_FALSE(names_tag(field, tag)) << field;
}

}  // namespace chat::test
