#include "events/json/json_writer.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "events/json/json_reader.hpp"

namespace chat {
namespace {

TEST(JsonWriter, WritesNothingAsAnEmptyObjectOrArray) {
    EXPECT_EQ(JsonWriter().finish(), "{}");
    EXPECT_EQ(JsonWriter::array().finish(), "[]");
}

TEST(JsonWriter, WritesEveryKindOfField) {
    const auto id = *SessionId::parse("017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
    const std::string text = JsonWriter()
                                 .field("s", "x")
                                 .field("i", std::int64_t{-5})
                                 .field("most", std::numeric_limits<std::int64_t>::min())
                                 .field("t", true)
                                 .field("f", false)
                                 .field("time", Time())
                                 .field("id", id)
                                 .null("n")
                                 .raw("raw", JsonText(R"({"a":1.10})"))
                                 .finish();
    EXPECT_EQ(text,
              R"({"s":"x","i":-5,"most":-9223372036854775808,"t":true,"f":false,"time":"1970-01-01T00:00:00.000000Z",)"
              R"("id":"017f22e2-79b0-7cc3-98c4-dc0c0c07398f","n":null,"raw":{"a":1.10}})");
}

TEST(JsonWriter, LeavesOutAnEmptyOptional) {
    EXPECT_EQ(JsonWriter().field("a", std::optional<std::string>()).field("b", std::optional<bool>(false)).finish(),
              R"({"b":false})");
}

TEST(JsonWriter, NestsObjectsAndArrays) {
    JsonWriter out;
    out.begin_object("o").field("a", "1").begin_array("l").element("x").raw_element("2").begin_object_element();
    out.field("b", "y").end().begin_object_element().end().end().end().field("c", "z").begin_array("e").end();
    EXPECT_EQ(out.finish(), R"({"o":{"a":"1","l":["x",2,{"b":"y"},{}]},"c":"z","e":[]})");
}

TEST(JsonWriter, FinishClosesWhatIsOpen) {
    JsonWriter out = JsonWriter::array();
    out.begin_object_element().begin_array("a").element("x");
    EXPECT_EQ(out.finish(), R"([{"a":["x"]}])");
}

TEST(JsonWriter, EscapesOnlyWhatMustBe) {
    EXPECT_EQ(JsonWriter().field("a\"b", "\"\\/\b\f\n\r\t\x01\x1f\x7f\u00e9\u2028\U0001F600").finish(),
              "{\"a\\\"b\":\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\u00e9\u2028\U0001F600\"}");
}

TEST(JsonWriter, ItsStringsComeBackFromTheReader) {
    std::string all;
    for (char c = 1; c < 127; ++c) all += c;
    all += "\u00e9\uffff\U0010FFFF";
    JsonReader in(JsonWriter().field("all", all).finish());
    EXPECT_EQ(in.string("all"), all);
    EXPECT_TRUE(in.faults().empty());
}

}  // namespace
}  // namespace chat
