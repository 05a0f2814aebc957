#include "events/json/json_number.hpp"

#include <gtest/gtest.h>

#include <string>

namespace chat {
namespace {

std::string digits(char digit, std::size_t count) { return std::string(count, digit); }

TEST(JsonNumber, OfOrdinarySizeIsStorable) {
    for (const char* number : {"0", "-0", "0.0", "-0.0", "1", "1.10", "9007199254740993", "1e5", "1E+5", "1e-5", "0e0",
                               "1e400", "-1e-400", "123456789012345678901234567890.123456789012345678901234567890"}) {
        EXPECT_TRUE(measure_number(number).storable) << number;
    }
}

TEST(JsonNumber, MayHave131072DigitsBeforeThePoint) {
    EXPECT_TRUE(measure_number(digits('9', 131072)).storable);
    EXPECT_TRUE(measure_number("-" + digits('9', 131072)).storable);
    EXPECT_FALSE(measure_number(digits('9', 131073)).storable);
    EXPECT_TRUE(measure_number("1e131071").storable);
    EXPECT_FALSE(measure_number("1e131072").storable);
    EXPECT_FALSE(measure_number("1e200000").storable);
    EXPECT_TRUE(measure_number("0.001e131074").storable);
    EXPECT_FALSE(measure_number("0.001e131075").storable);
    EXPECT_TRUE(measure_number("12.5e131070").storable);
    EXPECT_FALSE(measure_number("12.5e131071").storable);
}

TEST(JsonNumber, MayHave16383DigitsAfterThePoint) {
    EXPECT_TRUE(measure_number("0." + digits('1', 16383)).storable);
    EXPECT_FALSE(measure_number("0." + digits('1', 16384)).storable);
    EXPECT_FALSE(measure_number("1." + digits('0', 16384)).storable);
    EXPECT_TRUE(measure_number("1e-16383").storable);
    EXPECT_FALSE(measure_number("1e-16384").storable);
    EXPECT_FALSE(measure_number("10e-16384").storable);
    EXPECT_FALSE(measure_number("0e-16384").storable);
    EXPECT_TRUE(measure_number("0." + digits('0', 16384) + "e1").storable);
}

TEST(JsonNumber, RefusesExponentsThatNoIntegerHolds) {
    EXPECT_FALSE(measure_number("1e999999999999999999999999").storable);
    EXPECT_FALSE(measure_number("1e-999999999999999999999999").storable);
    EXPECT_FALSE(measure_number("0e1073741823").storable);
    EXPECT_TRUE(measure_number("1e" + digits('0', 40) + "5").storable);
}

TEST(JsonNumber, TellsHowMuchLongerItGetsWithoutExponent) {
    EXPECT_EQ(measure_number("1").growth, 0U);
    EXPECT_EQ(measure_number("-1.50").growth, 0U);
    EXPECT_EQ(measure_number("1e5").growth, 3U);     // 100000
    EXPECT_EQ(measure_number("-1e5").growth, 3U);    // -100000
    EXPECT_EQ(measure_number("1e-5").growth, 3U);    // 0.00001
    EXPECT_EQ(measure_number("1.25e1").growth, 0U);  // 12.5
    EXPECT_EQ(measure_number("1e131071").growth, 131072U - 8U);
}

}  // namespace
}  // namespace chat
