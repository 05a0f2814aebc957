#include "events/json/json_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace chat {
namespace {

using Fault = JsonReader::Fault;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* some_id = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f";

TEST(JsonReader, ReadsEveryKindOfField) {
    JsonReader in(R"( { "s" : "x\u00e9\n" , "i":-42,"t":true,"f":false,"o":{"a":[1, 2]}} )");
    EXPECT_TRUE(in.is_object());
    EXPECT_FALSE(in.malformed());
    EXPECT_EQ(in.string("s"), "x\u00e9\n");
    EXPECT_EQ(in.optional_integer("i"), -42);
    EXPECT_EQ(in.optional_bool("t"), true);
    EXPECT_EQ(in.optional_bool("f"), false);
    EXPECT_EQ(in.object_or_empty("o").view(), R"({"a":[1, 2]})");
    EXPECT_THAT(in.faults(), IsEmpty());
}

TEST(JsonReader, ReadsValueTypes) {
    JsonReader in(R"({"id":"017F22E2-79B0-7CC3-98C4-DC0C0C07398F","user":"u","agent":"log_analysis","type":"system",)"
                  R"("time":"1970-01-01T00:00:01Z"})");
    EXPECT_EQ(in.required<SessionId>("id"), *SessionId::parse(some_id));
    EXPECT_EQ(in.required<UserId>("user"), UserId("u"));
    EXPECT_EQ(in.required<AgentType>("agent"), AgentType::log_analysis);
    EXPECT_EQ(in.required<MessageType>("type"), MessageType::system);
    EXPECT_EQ(in.required<Time>("time"), Time(std::chrono::seconds(1)));
    EXPECT_THAT(in.faults(), IsEmpty());
}

TEST(JsonReader, TakesAbsentAndNullAsNothing) {
    JsonReader in(R"({"n":null})");
    for (const char* name : {"n", "absent"}) {
        EXPECT_FALSE(in.has(name));
        EXPECT_FALSE(in.optional_string(name));
        EXPECT_FALSE(in.optional_integer(name));
        EXPECT_FALSE(in.optional_bool(name));
        EXPECT_FALSE(in.optional<SessionId>(name));
        EXPECT_FALSE(in.optional_object(name));
        EXPECT_EQ(in.object_or_empty(name), JsonText());
    }
    EXPECT_THAT(in.faults(), IsEmpty());
}

TEST(JsonReader, CollectsAllFaultsWithPointers) {
    JsonReader in(R"({"s":1,"i":1.5,"b":"true","o":[],"u":"x","a/b~c":2,"n":null})");
    in.string("s");
    in.optional_integer("i");
    in.optional_bool("b");
    in.object_or_empty("o");
    in.required<SessionId>("u");
    in.optional_string("a/b~c");
    in.string("n");
    in.required<AgentType>("absent");
    EXPECT_THAT(in.faults(), ElementsAre(Fault{"/s", "must be a string"}, Fault{"/i", "must be an integer"},
                                         Fault{"/b", "must be true or false"}, Fault{"/o", "must be an object"},
                                         Fault{"/u", "must be a UUID"}, Fault{"/a~1b~0c", "must be a string"},
                                         Fault{"/n", "is required"}, Fault{"/absent", "is required"}));
}

TEST(JsonReader, AFieldKeepsItsFirstFault) {
    JsonReader in("{}");
    in.string("title");
    in.fault("title", "must be 1 to 255 characters");
    EXPECT_THAT(in.faults(), ElementsAre(Fault{"/title", "is required"}));
}

TEST(JsonReader, CountsTheLastOfDuplicateKeys) {
    JsonReader in(R"({"a":"first","b":"x","\u0061":"second","b":null})");
    EXPECT_EQ(in.string("a"), "second");
    EXPECT_FALSE(in.has("b"));
}

TEST(JsonReader, KeepsNumbersDigitForDigit) {
    const std::string metadata =
        R"({"big":123456789012345678901234567890,"d":1.10,"e":1E+2,"z":-0.0,"l":[9007199254740993,1e400]})";
    JsonReader in(R"({"metadata":)" + metadata + "}");
    EXPECT_EQ(in.object_or_empty("metadata").view(), metadata);
    EXPECT_THAT(in.faults(), IsEmpty());
}

TEST(JsonReader, ReadsIntegersThatFitAndNoOthers) {
    JsonReader in(R"({"most":9223372036854775807,"least":-9223372036854775808,"over":9223372036854775808,"e":1e2})");
    EXPECT_EQ(in.optional_integer("most"), 9223372036854775807);
    EXPECT_EQ(in.optional_integer("least"), std::numeric_limits<std::int64_t>::min());
    EXPECT_FALSE(in.optional_integer("over"));
    EXPECT_FALSE(in.optional_integer("e"));
    EXPECT_EQ(in.faults().size(), 2U);
}

TEST(JsonReader, ReadsEscapes) {
    JsonReader in(R"({"s":"\"\\\/\b\f\n\r\t\u0041\u00E9\u65e5\ud83d\ude00\uDBFF\uDFFF\uffff"})");
    EXPECT_EQ(in.string("s"), "\"\\/\b\f\n\r\tA\u00e9\u65e5\U0001F600\U0010FFFF\uffff");
}

TEST(JsonReader, GivesAnObjectInsideWithItsOwnFaults) {
    JsonReader in(R"({"first":{"content":7,"inner":{"x":[]}},"list":[]})");
    auto first = in.optional_object("first");
    ASSERT_TRUE(first);
    first->string("content");
    auto inner = first->optional_object("inner");
    ASSERT_TRUE(inner);
    inner->string("x");
    EXPECT_THAT(first->faults(), ElementsAre(Fault{"/first/content", "must be a string"}));
    EXPECT_THAT(inner->faults(), ElementsAre(Fault{"/first/inner/x", "must be a string"}));
    EXPECT_FALSE(in.optional_object("list"));
    EXPECT_THAT(in.faults(), ElementsAre(Fault{"/list", "must be an object"}));
}

TEST(JsonReader, AStringThatLooksLikeAnObjectIsNone) {
    JsonReader in(R"({"o":"{}"})");
    EXPECT_EQ(in.object_or_empty("o"), JsonText());
    EXPECT_THAT(in.faults(), ElementsAre(Fault{"/o", "must be an object"}));
}

TEST(JsonReader, FinishGivesTheValueOrTheFirstFault) {
    EXPECT_EQ(*JsonReader("{}").finish(7), 7);

    JsonReader faulty("{}");
    faulty.string("a");
    faulty.string("b");
    EXPECT_EQ(faulty.finish(7).error(), (DecodeError{"/a", "is required"}));
    EXPECT_EQ(JsonReader("[]").finish(7).error(), (DecodeError{"", "must be an object"}));
    EXPECT_EQ(JsonReader("{").finish(7).error().where, "");
}

TEST(JsonReader, OwnsItsTextAndMoves) {
    auto text = std::make_unique<std::string>(R"({"a":"long enough to be on the heap, surely","m":{"x":1}})");
    JsonReader in(*text);
    text.reset();
    JsonReader moved = std::move(in);
    const JsonText metadata = moved.object_or_empty("m");
    EXPECT_EQ(moved.string("a"), "long enough to be on the heap, surely");
    moved = JsonReader("{}");
    EXPECT_FALSE(moved.has("a"));
    EXPECT_EQ(metadata.view(), R"({"x":1})");
}

}  // namespace
}  // namespace chat
