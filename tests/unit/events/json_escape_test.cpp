#include "events/json/json_escape.hpp"

#include <gtest/gtest.h>

#include <string>

namespace chat {
namespace {

TEST(JsonEscape, FindsTheFirstByteThatIsNotPlainWhereverItStands) {
    for (int byte = 0; byte < 256; ++byte) {
        const char c = static_cast<char>(byte);
        const bool plain = byte >= 0x20 && c != '"' && c != '\\';
        for (std::size_t at = 0; at < 24; ++at) {
            for (const char around : {'x', ' ', '!', '#', '[', ']', '\x7f', '\xff'}) {
                std::string text(24, around);
                text[at] = c;
                ASSERT_EQ(plain_bytes(text), plain ? text.size() : at) << byte << " at " << at << " in " << around;
            }
        }
    }
    EXPECT_EQ(plain_bytes(""), 0U);
}

TEST(JsonEscape, ReadsCodeUnitsInEitherCase) {
    EXPECT_EQ(read_code_unit("00e9"), 0xe9U);
    EXPECT_EQ(read_code_unit("FfFfrest"), 0xffffU);
    for (const char* text : {"", "123", "12g4", "+123", " 123"}) EXPECT_FALSE(read_code_unit(text)) << text;
}

TEST(JsonEscape, UnescapesEveryEscape) {
    EXPECT_EQ(unescape(R"(a\"b\\c\/d\be\ff\ng\rh\ti)"), "a\"b\\c/d\be\ff\ng\rh\ti");
    EXPECT_EQ(unescape(R"(\u0041\u00e9\u65E5\ud83d\ude00\uDBFF\uDFFF\u0800\u07ff)"),
              "A\u00e9\u65e5\U0001F600\U0010FFFF\u0800\u07ff");
}

}  // namespace
}  // namespace chat
