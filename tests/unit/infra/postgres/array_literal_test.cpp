#include "infra/postgres/array_literal.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace chat {
namespace {

std::string literal(std::string_view text) { return ArrayLiteral().add(text).finish(); }

TEST(ArrayLiteral, IsEmptyBracesWithoutElements) { EXPECT_EQ(ArrayLiteral().finish(), "{}"); }

TEST(ArrayLiteral, QuotesEveryText) {
    EXPECT_EQ(ArrayLiteral().add("a").add("b c").finish(), R"({"a","b c"})");
    EXPECT_EQ(literal(""), R"({""})");
    EXPECT_EQ(literal("{},;"), R"({"{},;"})");
    EXPECT_EQ(literal(" \t\n"), "{\" \t\n\"}");
}

TEST(ArrayLiteral, TellsTheTextNullFromNull) {
    EXPECT_EQ(ArrayLiteral().add("NULL").add_null().add("null").finish(), R"({"NULL",NULL,"null"})");
    EXPECT_EQ(ArrayLiteral().add(std::optional<std::string>()).add(std::optional<std::string>("x")).finish(),
              R"({NULL,"x"})");
}

TEST(ArrayLiteral, EscapesQuotesAndBackslashesOnly) {
    EXPECT_EQ(literal(R"(")"), R"({"\""})");
    EXPECT_EQ(literal(R"(\)"), R"({"\\"})");
    EXPECT_EQ(literal(R"(\\)"), R"({"\\\\"})");
    EXPECT_EQ(literal(R"(a\"b)"), R"({"a\\\"b"})");
    EXPECT_EQ(literal(R"("start and end")"), R"({"\"start and end\""})");
    EXPECT_EQ(literal("it's \xc3\xa9\xf0\x9f\x8e\x89"), "{\"it's \xc3\xa9\xf0\x9f\x8e\x89\"}");
}

TEST(ArrayLiteral, RefusesWhatNoTextCanHold) {
    EXPECT_THROW(literal(std::string_view("a\0b", 3)), std::invalid_argument);
    EXPECT_THROW(literal(std::string_view("\0", 1)), std::invalid_argument);
}

TEST(ArrayLiteral, WritesNumbersTruthTimesAndIds) {
    EXPECT_EQ(ArrayLiteral().add(std::int64_t{-9'223'372'036'854'775'807 - 1}).add(std::int64_t{0}).finish(),
              "{-9223372036854775808,0}");
    EXPECT_EQ(ArrayLiteral().add(true).add(false).finish(), "{t,f}");
    EXPECT_EQ(ArrayLiteral().add(Time(std::chrono::microseconds(1))).finish(), R"({"1970-01-01 00:00:00.000001+00"})");
    const auto id = SessionId::parse("0190d6f5-7a3b-7c3d-8e4f-0123456789ab");
    EXPECT_EQ(ArrayLiteral().add(*id).add(std::optional<SessionId>()).finish(),
              "{0190d6f5-7a3b-7c3d-8e4f-0123456789ab,NULL}");
}

TEST(ArrayLiteral, WritesAnyBytes) {
    EXPECT_EQ(ArrayLiteral().add_bytes(std::string_view("a\0\xff\"", 4)).add_bytes("").finish(),
              R"({"\\x6100ff22","\\x"})");
}

TEST(ArrayLiteral, StartsAnewOnceFinished) {
    ArrayLiteral array;
    array.add("a");
    EXPECT_EQ(array.finish(), R"({"a"})");
    EXPECT_EQ(array.add("b").finish(), R"({"b"})");
}

}  // namespace
}  // namespace chat
