// What the JSON reader does not let in: text that is not JSON, and JSON that PostgreSQL's jsonb would refuse.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "events/json/json_reader.hpp"

namespace chat {
namespace {

using Fault = JsonReader::Fault;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string repeated(std::string_view text, std::size_t times) {
    std::string all;
    for (std::size_t i = 0; i < times; ++i) all += text;
    return all;
}

std::vector<Fault> faults_of(std::string_view text) {
    const JsonReader in(text);
    EXPECT_FALSE(in.malformed()) << text;
    return in.faults();
}

constexpr const char* nul = "holds U+0000";
constexpr const char* lone = "holds a lone surrogate";
constexpr const char* range = "holds a number that is out of range";
constexpr const char* deep = "is nested more than 128 levels deep";

TEST(JsonRefusal, NamesWhatIsMalformedAndWhere) {
    struct Case {
        const char* text;
        const char* detail;
    };
    for (const auto& [text, detail] : {
             Case{"", "wants a value at byte 0"},
             Case{"  ", "wants a value at byte 2"},
             Case{"{", "wants a string at byte 1"},
             Case{"{\"a\"", "wants a colon at byte 4"},
             Case{"{\"a\" 1}", "wants a colon at byte 5"},
             Case{"{\"a\":}", "wants a value at byte 5"},
             Case{"{\"a\":1", "wants a comma or a brace at byte 6"},
             Case{"{\"a\":1]", "wants a comma or a brace at byte 6"},
             Case{"{\"a\":1,}", "wants a string at byte 7"},
             Case{"{,}", "wants a string at byte 1"},
             Case{"{a:1}", "wants a string at byte 1"},
             Case{"{'a':1}", "wants a string at byte 1"},
             Case{"{\"a\":[1,]}", "wants a value at byte 8"},
             Case{"{\"a\":[1 2]}", "wants a comma or a bracket at byte 8"},
             Case{"{\"a\":[1}", "wants a comma or a bracket at byte 7"},
             Case{"{\"a\":{\"b\":1]}", "wants a comma or a brace at byte 11"},
             Case{"{\"a\":{1:1}}", "wants a string at byte 6"},
             Case{"{}}", "has text behind its end at byte 2"},
             Case{"{} x", "has text behind its end at byte 3"},
             Case{"{}{}", "has text behind its end at byte 2"},
             Case{"\xef\xbb\xbf{}", "wants a value at byte 0"},
             Case{"{\"a\":1 /* b */}", "wants a comma or a brace at byte 7"},
             Case{"{\"a\":tru}", "wants a value at byte 5"},
             Case{"{\"a\":True}", "wants a value at byte 5"},
             Case{"{\"a\":nullx}", "wants a comma or a brace at byte 9"},
             Case{"{\"a\":undefined}", "wants a value at byte 5"},
             Case{"{\"a\":\"x}", "ends inside a string at byte 8"},
             Case{"{\"a\":\"\\", "has an unknown escape at byte 7"},
             Case{"{\"a\":\"\\x41\"}", "has an unknown escape at byte 7"},
             Case{"{\"a\":\"\\u12g4\"}", "wants four hexadecimal digits at byte 8"},
             Case{"{\"a\":\"\\u12\"}", "wants four hexadecimal digits at byte 8"},
             Case{"{\"a\":\"\\ud800\\u12\"}", "wants four hexadecimal digits at byte 14"},
             Case{"{\"a\":\"\n\"}", "has a control character inside a string at byte 6"},
             Case{"{\"a\":\"\x1f\"}", "has a control character inside a string at byte 6"},
         }) {
        const JsonReader in(text);
        EXPECT_EQ(in.malformed(), detail) << text;
        EXPECT_FALSE(in.is_object()) << text;
        EXPECT_FALSE(in.has("a")) << text;
    }
}

TEST(JsonRefusal, OfNumbersThatAreNone) {
    for (const char* number :
         {"NaN", "nan", "Infinity", "-Infinity", "inf",  "-",    "+1",    ".5",  "1.",  "-.5",   "01",    "-01",
          "00",  "1e",  "1e+",      "1E-",       "1.e5", "0x10", "1_000", "1,5", "--1", "1.2.3", "1e5.5", "1f"}) {
        EXPECT_TRUE(JsonReader("{\"a\":" + std::string(number) + "}").malformed()) << number;
        EXPECT_TRUE(JsonReader("{\"a\":[" + std::string(number) + " 1]}").malformed()) << number;
    }
}

TEST(JsonRefusal, OfBytesThatAreNotUtf8) {
    for (const char* bytes : {"\xff", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82"}) {
        EXPECT_EQ(JsonReader("{\"a\":\"" + std::string(bytes) + "\"}").malformed(), "is not UTF-8 at byte 6");
        EXPECT_EQ(JsonReader("{\"" + std::string(bytes) + "\":1}").malformed(), "is not UTF-8 at byte 2");
    }
}

TEST(JsonRefusal, OfRawNulBytesAnywhere) {
    using namespace std::string_view_literals;
    for (const auto text : {"\0"sv, "{}\0"sv, "\0{}"sv, "{\"a\":\"x\0y\"}"sv, "{\"a\0b\":1}"sv, "{\"a\":1\0}"sv}) {
        EXPECT_TRUE(JsonReader(text).malformed());
    }
}

TEST(JsonRefusal, OfWhatIsNoObject) {
    for (const char* text : {"[]", "[{}]", "1", "\"x\"", "null", "true"}) {
        const JsonReader in(text);
        EXPECT_FALSE(in.malformed());
        EXPECT_FALSE(in.is_object());
        EXPECT_THAT(in.faults(), ElementsAre(Fault{"", "must be an object"}));
    }
}

TEST(JsonRefusal, OfU0000InAnyStringOrKey) {
    EXPECT_THAT(faults_of(R"({"a":"x\u0000y"})"), ElementsAre(Fault{"/a", nul}));
    EXPECT_THAT(faults_of(R"({"a":{"b":[{"c":"\u0000"}]}})"), ElementsAre(Fault{"/a", nul}));
    EXPECT_THAT(faults_of(R"({"a":{"b\u0000":1}})"), ElementsAre(Fault{"/a", nul}));
    EXPECT_THAT(faults_of(R"({"a\u0000":1})"), ElementsAre(Fault{"", std::string("has a field whose name ") + nul}));
    EXPECT_THAT(faults_of(R"({"a":"\\u0000"})"), IsEmpty());
}

TEST(JsonRefusal, OfLoneSurrogatesInAnyStringOrKey) {
    for (const char* text :
         {R"(\ud800)", R"(\udbff)", R"(\udc00)", R"(\uDFFF)", R"(\ud800x)", R"(\ud800\n)", R"(\ud800\u0041)",
          R"(\ud800\ud800)", R"(\udc00\ud800)", R"(\ud83d\ude00\ude00)", R"(\ud800\ud83d\ude00)"}) {
        const std::string string = text;
        EXPECT_THAT(faults_of("{\"a\":\"" + string + "\"}"), ElementsAre(Fault{"/a", lone})) << text;
        EXPECT_THAT(faults_of("{\"a\":[{\"" + string + "\":1}]}"), ElementsAre(Fault{"/a", lone})) << text;
        EXPECT_THAT(faults_of("{\"" + string + "\":1}"),
                    ElementsAre(Fault{"", std::string("has a field whose name ") + lone}))
            << text;
    }
}

TEST(JsonRefusal, OfNumbersThatNumericCannotHold) {
    const std::string longest(131072, '7');
    EXPECT_THAT(faults_of("{\"a\":" + longest + "}"), IsEmpty());
    EXPECT_THAT(faults_of("{\"a\":[" + longest + "7]}"), ElementsAre(Fault{"/a", range}));
    EXPECT_THAT(faults_of("{\"a\":0." + std::string(16384, '1') + "}"), ElementsAre(Fault{"/a", range}));
    EXPECT_THAT(faults_of(R"({"a":{"b":1e200000}})"), ElementsAre(Fault{"/a", range}));
    EXPECT_THAT(faults_of(R"({"a":1e-200000})"), ElementsAre(Fault{"/a", range}));
    EXPECT_THAT(faults_of(R"({"a":0e-200000})"), ElementsAre(Fault{"/a", range}));
}

TEST(JsonRefusal, OfFewBytesThatGrowIntoTooManyDigits) {
    const auto numbers = [](std::size_t count) { return "{\"a\":[" + repeated("1e131071,", count) + "1]}"; };
    EXPECT_THAT(faults_of(numbers(7)), IsEmpty());
    EXPECT_THAT(faults_of(numbers(9)), ElementsAre(Fault{"/a", "holds numbers that are too long when written out"}));
    EXPECT_THAT(faults_of("{\"a\":[" + repeated("1.5,", 200'000) + "1]}"), IsEmpty());
}

TEST(JsonRefusal, OfNestingOver128) {
    const auto arrays = [](std::size_t inside) {
        return "{\"a\":" + repeated("[", inside) + repeated("]", inside) + "}";
    };
    const auto objects = [](std::size_t inside) {
        return "{\"a\":" + repeated("{\"b\":", inside) + "1" + repeated("}", inside) + "}";
    };
    EXPECT_THAT(faults_of(arrays(127)), IsEmpty());
    EXPECT_THAT(faults_of(objects(127)), IsEmpty());
    EXPECT_THAT(faults_of(arrays(128)), ElementsAre(Fault{"/a", deep}));
    EXPECT_THAT(faults_of(objects(128)), ElementsAre(Fault{"/a", deep}));
    EXPECT_THAT(faults_of(arrays(1'000'000)), ElementsAre(Fault{"/a", deep}));
    EXPECT_TRUE(JsonReader(repeated("[", 1'000'000)).malformed());
    EXPECT_TRUE(JsonReader(repeated("{\"a\":", 1'000'000)).malformed());
}

TEST(JsonRefusal, OfTextOver32MiB) {
    const std::string padding((32U << 20U) - 1, ' ');
    EXPECT_FALSE(JsonReader(padding.substr(1) + "{}").malformed());
    EXPECT_EQ(JsonReader(padding + "{}").malformed(), "is longer than 32 MiB at byte 0");
}

TEST(JsonRefusal, LeavesARefusedFieldEmptyWithThatOneFault) {
    JsonReader in(R"({"s":"\ud800","n":1e999999,"o":{"x":"\u0000"},"fine":"y"})");
    EXPECT_TRUE(in.has("s"));
    EXPECT_EQ(in.string("s"), "");
    EXPECT_FALSE(in.required<UserId>("s") != UserId());
    EXPECT_FALSE(in.optional_integer("n"));
    EXPECT_EQ(in.object_or_empty("o"), JsonText());
    EXPECT_EQ(in.string("fine"), "y");
    EXPECT_THAT(in.faults(), ElementsAre(Fault{"/s", lone}, Fault{"/n", range}, Fault{"/o", nul}));
    EXPECT_EQ(in.optional_object("o")->finish(0).error(), (DecodeError{"/o/x", nul}));
}

TEST(JsonRefusal, OfAnUnknownFieldToo) {
    EXPECT_THAT(faults_of(R"({"unknown":["\u0000"]})"), ElementsAre(Fault{"/unknown", nul}));
}

TEST(JsonRefusal, ReportsABoundedNumberOfFields) {
    std::string text = "{";
    for (int i = 0; i < 10'000; ++i) text += "\"f" + std::to_string(i) + "\":\"\\u0000\",";
    EXPECT_EQ(faults_of(text + "\"a\":1}").size(), 32U);
}

}  // namespace
}  // namespace chat
