// What bodies say, and everything that is wrong with them, as the caller is told.
#include "api/add_message.hpp"
#include "api/create_session.hpp"
#include "api/json_body.hpp"
#include "api/rename_session.hpp"
#include "tests/unit/api/requests.hpp"

namespace chat::test {
namespace {

struct Invalid {
    std::string body;
    std::vector<FieldFault> errors;
};

std::string text_of(std::size_t count, std::string_view character) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += character;
    return text;
}

Request message_request(std::string body) {
    Request request = post("/api/v1/chat-sessions/01890a5d-ac96-774b-bcce-b302099a8057/messages", std::move(body));
    request.path_parameters = {"01890a5d-ac96-774b-bcce-b302099a8057"};
    return request;
}

}  // namespace

TEST(CreateSessionBody, IsReadWithAllItsFields) {
    const auto command = parse_create_session(post("/api/v1/chat-sessions", R"({"title":"Grüße","agent_type":
        "log_analysis","initial_message":"hi","metadata":{"n":1.10},"unknown":[1]})"));
    ASSERT_TRUE(command.has_value());
    EXPECT_EQ(*command, (CreateSession{"Grüße", AgentType::log_analysis, "hi", JsonText(R"({"n":1.10})")}));
}

TEST(CreateSessionBody, MayLeaveOutOrNullWhatIsOptional) {
    for (const char* body : {R"({"title":"t","agent_type":"primary"})",
                             R"({"title":"t","agent_type":"primary","initial_message":null,"metadata":null})"}) {
        const auto command = parse_create_session(post("/", body));
        ASSERT_TRUE(command.has_value()) << body;
        EXPECT_EQ(*command, (CreateSession{"t", AgentType::primary, std::nullopt, JsonText()}));
    }
}

TEST(CreateSessionBody, CountsTheTitleInCodePoints) {
    const auto with_title = [](const std::string& title) {
        return parse_create_session(post("/", R"({"agent_type":"primary","title":")" + title + R"("})")).has_value();
    };
    EXPECT_TRUE(with_title(text_of(255, "\U0001F600")));
    EXPECT_FALSE(with_title(text_of(256, "\U0001F600")));
    EXPECT_FALSE(with_title(text_of(256, "a")));
}

TEST(CreateSessionBody, IsRefusedWithEveryFaultAtOnce) {
    const std::vector<Invalid> table{
        {"{}", {{"/title", "is required"}, {"/agent_type", "is required"}}},
        {R"({"title":null,"agent_type":null})", {{"/title", "is required"}, {"/agent_type", "is required"}}},
        {R"({"title":"","agent_type":"primary"})", {{"/title", "must have 1 to 255 characters"}}},
        {R"({"title":7,"agent_type":true})", {{"/title", "must be a string"}, {"/agent_type", "must be a string"}}},
        {R"({"title":"t","agent_type":"Primary"})", {{"/agent_type", "must be one of primary, log_analysis"}}},
        {R"({"title":"t","agent_type":"primary","initial_message":""})",
         {{"/initial_message", "must have at least 1 character"}}},
        {R"({"title":"t","agent_type":"primary","initial_message":[]})", {{"/initial_message", "must be a string"}}},
        {R"({"title":"t","agent_type":"primary","metadata":[]})", {{"/metadata", "must be an object"}}},
        {"[]", {{"", "must be an object"}, {"/title", "is required"}, {"/agent_type", "is required"}}},
    };
    for (const auto& [body, errors] : table) {
        const auto command = parse_create_session(post("/", body));
        ASSERT_FALSE(command.has_value()) << body;
        EXPECT_EQ(command.error(), invalid(errors)) << body;
    }
}

TEST(CreateSessionBody, IsRefusedForWhatCannotBeStored) {
    for (const char* body :
         {R"({"agent_type":"primary","title":"a\u0000b"})", R"({"agent_type":"primary","title":"\ud800"})",
          R"({"agent_type":"primary","title":"t","metadata":{"a":["\udc00"]}})",
          R"({"agent_type":"primary","title":"t","metadata":{"\u0000":1}})"}) {
        const auto command = parse_create_session(post("/", body));
        ASSERT_FALSE(command.has_value()) << body;
        EXPECT_EQ(command.error().type, &problems::validation) << body;
        EXPECT_EQ(command.error().errors.size(), 1u) << body;
    }
}

TEST(JsonBody, HasToBeJsonInUtf8) {
    for (const char* body : {"", "{", "nonsense", "{\"title\":\"\xff\"}", "{\"title\":NaN}", "{}x"}) {
        const auto reader = read_json_body(post("/", body));
        ASSERT_FALSE(reader.has_value()) << body;
        EXPECT_EQ(reader.error().type, &problems::malformed_body) << body;
    }
}

TEST(JsonBody, HasToSayThatItIsJson) {
    Request request = post("/", "{}");
    request.fields.clear();
    EXPECT_EQ(read_json_body(request).error().type, &problems::unsupported_media_type);

    for (const char* type : {"application/json", "Application/JSON", "application/json; charset=utf-8",
                             "application/json;charset=\"UTF-8\"", "application/json ; v=1", "application/x.y+json"})
        EXPECT_TRUE(is_json_media_type(type)) << type;
    for (const char* type : {"", "text/plain", "application/jsonx", "application/+json", "application/json;charset",
                             "application/json; charset=latin1", "application/json, application/json"})
        EXPECT_FALSE(is_json_media_type(type)) << type;
}

TEST(JsonBody, HasToBeAsItIs) {
    Request request = post("/", "{}");
    request.fields.emplace_back(Field::content_encoding, "Identity");
    EXPECT_TRUE(read_json_body(request).has_value());
    request.fields.back().second = "gzip";
    EXPECT_EQ(read_json_body(request).error().type, &problems::unsupported_media_type);
}

TEST(RenameSessionBody, MayHaveNoTitle) {
    for (const char* body : {"{}", R"({"title":null})", R"({"name":"x"})"}) {
        Request request = post("/", body);
        request.path_parameters = {"no uuid"};
        const auto command = parse_rename_session(request);
        ASSERT_TRUE(command.has_value()) << body;
        EXPECT_EQ(*command, (RenameSession{SessionId{}, std::nullopt})) << "an id that is none is the nil UUID";
    }
}

TEST(RenameSessionBody, HoldsTheTitleToTheSameRules) {
    Request request = post("/", R"({"title":""})");
    request.path_parameters = {"no uuid"};
    EXPECT_EQ(parse_rename_session(request).error(), invalid({{"/title", "must have 1 to 255 characters"}}));
}

TEST(AddMessageBody, IsReadWithAllItsFields) {
    const auto command = parse_add_message(message_request(
        R"({"message_type":"agent","content":"x","agent_type":"","metadata":{"big":123456789012345678901234567890}})"));
    ASSERT_TRUE(command.has_value());
    EXPECT_EQ(*command, (AddMessage{*SessionId::parse("01890a5d-ac96-774b-bcce-b302099a8057"), MessageType::agent, "x",
                                    "", JsonText(R"({"big":123456789012345678901234567890})")}));
}

TEST(AddMessageBody, IsRefusedWithEveryFaultAtOnce) {
    const std::vector<Invalid> table{
        {"{}", {{"/message_type", "is required"}, {"/content", "is required"}}},
        {R"({"message_type":"bot","content":""})",
         {{"/message_type", "must be one of user, agent, system"}, {"/content", "must have at least 1 character"}}},
        {R"({"message_type":"user","content":"c","agent_type":")" + text_of(21, "ä") + R"("})",
         {{"/agent_type", "must have at most 20 characters"}}},
        {R"({"message_type":"user","content":"c","agent_type":5,"metadata":"m"})",
         {{"/agent_type", "must be a string"}, {"/metadata", "must be an object"}}},
    };
    for (const auto& [body, errors] : table) {
        const auto command = parse_add_message(message_request(body));
        ASSERT_FALSE(command.has_value()) << body;
        EXPECT_EQ(command.error(), invalid(errors)) << body;
    }
}

TEST(AddMessageBody, MayNameAnAgentTypeOfTwentyCharacters) {
    const auto command = parse_add_message(
        message_request(R"({"message_type":"user","content":"c","agent_type":")" + text_of(20, "ä") + R"("})"));
    ASSERT_TRUE(command.has_value());
    EXPECT_EQ(command->agent_type, text_of(20, "ä"));
}

}  // namespace chat::test
