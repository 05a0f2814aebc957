#include "events/text.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace chat {
namespace {

std::string utf8(std::uint32_t point) {
    const auto byte = [](std::uint32_t value) { return static_cast<char>(static_cast<unsigned char>(value)); };
    if (point < 0x80) return {byte(point)};
    if (point < 0x800) return {byte(0xc0 | point >> 6), byte(0x80 | (point & 0x3f))};
    if (point < 0x10000) {
        return {byte(0xe0 | point >> 12), byte(0x80 | (point >> 6 & 0x3f)), byte(0x80 | (point & 0x3f))};
    }
    return {byte(0xf0 | point >> 18), byte(0x80 | (point >> 12 & 0x3f)), byte(0x80 | (point >> 6 & 0x3f)),
            byte(0x80 | (point & 0x3f))};
}

TEST(Text, CountsCodePointsNotBytes) {
    EXPECT_EQ(count_code_points(""), 0U);
    EXPECT_EQ(count_code_points("abc"), 3U);
    EXPECT_EQ(count_code_points("\u00e9\u65e5\U0001F600"), 3U);
    EXPECT_EQ(count_code_points(std::string(1000, 'x') + "\u00e9" + std::string(7, 'y')), 1008U);
    EXPECT_EQ(count_code_points(std::string_view("a\0b", 3)), 3U);
}

TEST(Text, TakesEveryCodePointButSurrogates) {
    for (std::uint32_t point = 0; point <= 0x10ffff; ++point) {
        const bool surrogate = point >= 0xd800 && point <= 0xdfff;
        const auto count = count_code_points(utf8(point));
        if (surrogate ? count.has_value() : count != 1U) FAIL() << std::hex << point;
    }
}

TEST(Text, RefusesWhatIsNoUtf8) {
    for (const char* text : {
             "\x80",              // a continuation alone
             "\xc3",              // cut short
             "\xc3(",             // no continuation
             "\xc0\xaf",          // overlong in two, three and four bytes
             "\xc1\xbf",          //
             "\xe0\x9f\xbf",      //
             "\xf0\x8f\xbf\xbf",  //
             "\xed\xa0\x80",      // a surrogate
             "\xed\xbf\xbf",      //
             "\xf4\x90\x80\x80",  // past U+10FFFF
             "\xf5\x80\x80\x80",  //
             "\xff",              //
             "\xe2\x82",          //
             "\xf0\x9f\x98",      //
         }) {
        EXPECT_FALSE(count_code_points(text));
        EXPECT_EQ(valid_utf8_bytes(text), 0U);
    }
}

TEST(Text, FindsTheFirstWrongByteAtAnyAlignment) {
    for (std::size_t before = 0; before < 40; ++before) {
        const std::string text = std::string(before, 'x') + "\xff" + std::string(20, 'y');
        EXPECT_EQ(valid_utf8_bytes(text), before);
        EXPECT_FALSE(count_code_points(text));
    }
}

}  // namespace
}  // namespace chat
