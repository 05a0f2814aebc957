#include "events/event.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/events/random_events.hpp"

namespace chat {
namespace {

constexpr const char* session = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f";
constexpr const char* message = "017f22e2-79b0-7cc3-98c4-dc0c0c07398e";

Recorded created() {
    const auto id = *SessionId::parse(session);
    return {{EventId(), UserId("alice"), id, Time(), Sequence(1), {}, {}},
            SessionCreated{id, UserId("alice"), "Title", AgentType::primary, JsonText(), {}, {}}};
}

std::string message_data(const std::string& changed) {
    return R"({"session_id":")" + std::string(session) + R"(","message_id":")" + message +
           R"(","message_type":"user","content":"hi","metadata":{},"reactivated":false)" + changed + "}";
}

TEST(Event, ComesBackFromItsRecord) {
    test::RandomEvents events(20260131);
    for (int i = 0; i < 3000; ++i) {
        const Recorded recorded = events.next();
        const Record record = encode(recorded);
        const auto decoded = decode(record);
        ASSERT_TRUE(decoded) << decoded.error().where << " " << decoded.error().what << "\n" << record.value;
        ASSERT_EQ(*decoded, recorded) << record.value;
        ASSERT_EQ(encode(*decoded), record);
        ASSERT_EQ(session_of(decoded->event), recorded.envelope.session);
        ASSERT_EQ(*decode_link(record),
                  (Link{recorded.envelope.id, recorded.envelope.sequence, recorded.envelope.previous}));
    }
}

TEST(Event, WithoutItsTextsKeepsAllElse) {
    Recorded recorded = created();
    std::get<SessionCreated>(recorded.event).first_message = FirstMessage{*MessageId::parse(message), "secret"};
    const Record kept = encode(recorded);
    const Record without = encode(recorded, Texts::left_out);
    EXPECT_EQ(without.key, kept.key);
    EXPECT_EQ(without.headers, kept.headers);
    EXPECT_EQ(without.value,
              R"({"session_id":"017f22e2-79b0-7cc3-98c4-dc0c0c07398f","user_id":"alice","agent_type":"primary",)"
              R"("metadata":{},"first_message":{"message_id":"017f22e2-79b0-7cc3-98c4-dc0c0c07398e"}})");
    EXPECT_FALSE(decode(without));
}

TEST(Event, OfAnUnknownTypeIsRefusedByName) {
    Record record = encode(created());
    record.headers.add("ce_type", "chat.session.archived.v1");
    EXPECT_EQ(decode(record).error(), (DecodeError{"ce_type", "is unknown: chat.session.archived.v1"}));
}

TEST(Event, WithoutATypeIsRefused) {
    EXPECT_EQ(decode(Record{"alice", {}, "{}"}).error(), (DecodeError{"ce_type", "is required"}));
}

TEST(Event, MustAgreeWithItsSubject) {
    Recorded recorded = created();
    recorded.envelope.session = *SessionId::parse(message);
    EXPECT_EQ(decode(encode(recorded)).error().where, "ce_subject");
}

TEST(Event, MustAgreeWithItsKey) {
    Recorded recorded = created();
    recorded.envelope.user = UserId("bob");
    EXPECT_EQ(decode(encode(recorded)).error().where, "key");
}

TEST(Event, WhoseDataIsNoJsonIsRefused) {
    Record record = encode(created());
    for (const char* value : {"", "{", "[]", "null", "\xff"}) {
        record.value = value;
        EXPECT_EQ(decode(record).error().where, "") << value;
    }
}

TEST(MessageAdded, WritesReactivatedAlwaysAndAbsentOptionalsNever) {
    const MessageAdded event{
        *SessionId::parse(session), *MessageId::parse(message), MessageType::user, "hi", {}, {}, false, {}};
    EXPECT_EQ(encode(event), R"({"session_id":"017f22e2-79b0-7cc3-98c4-dc0c0c07398f",)"
                             R"("message_id":"017f22e2-79b0-7cc3-98c4-dc0c0c07398e","message_type":"user",)"
                             R"("content":"hi","metadata":{},"reactivated":false})");
}

TEST(MessageAdded, IgnoresUnknownFieldsAndTakesNullAsAbsent) {
    const auto event = decode_message_added(message_data(R"(,"new_field":[1],"deactivated":null,"agent_type":null)"));
    ASSERT_TRUE(event);
    EXPECT_FALSE(event->deactivated);
    EXPECT_FALSE(event->agent_type);
}

// The last of duplicate keys counts, so each case overrides a right field.
TEST(MessageAdded, RefusesDataThatBreaksARule) {
    struct Case {
        const char* changed;
        const char* where;
    };
    for (const auto& [changed, where] : {
             Case{R"(,"session_id":"x")", "/session_id"},
             Case{R"(,"session_id":null)", "/session_id"},
             Case{R"(,"message_id":7)", "/message_id"},
             Case{R"(,"message_type":"assistant")", "/message_type"},
             Case{R"(,"content":"")", "/content"},
             Case{R"(,"content":null)", "/content"},
             Case{R"(,"content":"\u0000")", "/content"},
             Case{R"(,"agent_type":"123456789012345678901")", "/agent_type"},
             Case{R"(,"metadata":[])", "/metadata"},
             Case{R"(,"metadata":null)", "/metadata"},
             Case{R"(,"metadata":{"\ud800":1})", "/metadata"},
             Case{R"(,"reactivated":null)", "/reactivated"},
             Case{R"(,"reactivated":"yes")", "/reactivated"},
             Case{R"(,"deactivated":"x")", "/deactivated"},
         }) {
        const auto decoded = decode_message_added(message_data(changed));
        ASSERT_FALSE(decoded) << changed;
        EXPECT_EQ(decoded.error().where, where) << changed;
    }
}

TEST(MessageAdded, CountsTheAgentTypeInCodePoints) {
    EXPECT_TRUE(decode_message_added(message_data(R"(,"agent_type":"éééééééééééééééééééé")")));
}

std::string title_of(std::size_t length) {
    return R"({"session_id":")" + std::string(session) + R"(","title":")" + std::string(length, 'x') + "\"}";
}

TEST(SessionRenamed, TakesTitlesOf1To255CodePoints) {
    EXPECT_TRUE(decode_session_renamed_v1(title_of(1)));
    EXPECT_TRUE(decode_session_renamed_v1(title_of(255)));
    EXPECT_EQ(decode_session_renamed_v1(title_of(0)).error().where, "/title");
    EXPECT_EQ(decode_session_renamed_v1(title_of(256)).error().where, "/title");
}

TEST(SessionRenamed, IsStoredInTheVersionThatHoldsWhatItSays) {
    const SessionRenamed first{*SessionId::parse(session), "new"};
    EXPECT_EQ(wire_type_of(first), "chat.session.renamed.v1");
    EXPECT_EQ(*decode_session_renamed_v1(encode(first)), first);
    EXPECT_EQ(decode_session_renamed_v2(encode(first)).error().where, "/previous_title");

    const SessionRenamed second{first.session, "new", "old"};
    EXPECT_EQ(wire_type_of(second), "chat.session.renamed.v2");
    EXPECT_EQ(*decode_session_renamed_v2(encode(second)), second);
    EXPECT_EQ(*decode_session_renamed_v1(encode(second)), first) << "the upcaster knows nothing of v2";
    EXPECT_EQ(encode(second, Texts::left_out), encode(first, Texts::left_out));
}

TEST(SessionCreated, NamesTheFaultInsideItsFirstMessage) {
    const auto data = [](const std::string& first) {
        return R"({"session_id":")" + std::string(session) +
               R"(","user_id":"u","title":"t","agent_type":"primary","metadata":{},"first_message":)" + first + "}";
    };
    EXPECT_TRUE(decode_session_created(data("null")));
    EXPECT_EQ(decode_session_created(data("{}")).error().where, "/first_message/message_id");
    EXPECT_EQ(decode_session_created(data("\"hi\"")).error().where, "/first_message");
    EXPECT_EQ(decode_session_created(data(R"({"message_id":")" + std::string(message) + R"(","content":""})")).error(),
              (DecodeError{"/first_message/content", "must not be empty"}));
}

TEST(SessionRestored, SaysWhichSessionItPushedOut) {
    const SessionRestored event{*SessionId::parse(session), *SessionId::parse(message)};
    EXPECT_EQ(*decode_session_restored(encode(event)), event);
    EXPECT_EQ(encode(SessionRestored{event.session, {}}), R"({"session_id":"017f22e2-79b0-7cc3-98c4-dc0c0c07398f"})");
}

}  // namespace
}  // namespace chat
