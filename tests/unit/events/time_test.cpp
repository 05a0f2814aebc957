#include "events/time.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace chat {
namespace {

using std::chrono::microseconds;

Time at(std::int64_t micros) { return Time(microseconds(micros)); }

struct Moment {
    std::int64_t micros;
    const char* text;
};

TEST(Time, PrintsAndParsesSixDecimals) {
    for (const auto& [micros, text] : {
             Moment{0, "1970-01-01T00:00:00.000000Z"},
             Moment{1'769'850'000'123'456, "2026-01-31T09:00:00.123456Z"},
             Moment{-1, "1969-12-31T23:59:59.999999Z"},
             Moment{951'782'400'000'001, "2000-02-29T00:00:00.000001Z"},
             Moment{-62'135'596'800'000'000, "0001-01-01T00:00:00.000000Z"},
             Moment{253'402'300'799'999'999, "9999-12-31T23:59:59.999999Z"},
         }) {
        EXPECT_EQ(to_rfc3339(at(micros)), text);
        EXPECT_EQ(parse_rfc3339(text), at(micros)) << text;
    }
}

TEST(Time, ComesBackFromItsText) {
    std::mt19937_64 random(7);
    std::uniform_int_distribution<std::int64_t> any(-62'135'596'800'000'000, 253'402'300'799'999'999);
    for (int i = 0; i < 20'000; ++i) {
        const Time time = at(any(random));
        ASSERT_EQ(parse_rfc3339(to_rfc3339(time)), time) << to_rfc3339(time);
    }
}

TEST(Time, ReadsOffsetsAndOtherFractions) {
    const auto nine = parse_rfc3339("2026-01-31T09:00:00Z");
    ASSERT_TRUE(nine);
    EXPECT_EQ(parse_rfc3339("2026-01-31t09:00:00z"), nine);
    EXPECT_EQ(parse_rfc3339("2026-01-31T10:30:00+01:30"), nine);
    EXPECT_EQ(parse_rfc3339("2026-01-30T21:00:00-12:00"), nine);
    EXPECT_EQ(parse_rfc3339("2026-01-31T09:00:00-00:00"), nine);
    EXPECT_EQ(parse_rfc3339("2026-01-31T09:00:00.5Z"), *nine + microseconds(500'000));
    EXPECT_EQ(parse_rfc3339("2026-01-31T09:00:00.1234569999Z"), *nine + microseconds(123'456));
}

TEST(Time, CountsALeapSecondAsTheSecondAfter) {
    const auto new_year = parse_rfc3339("2017-01-01T00:00:00Z");
    EXPECT_EQ(parse_rfc3339("2016-12-31T23:59:60Z"), new_year);
    EXPECT_EQ(parse_rfc3339("2017-01-01T00:59:60+01:00"), new_year);
    EXPECT_FALSE(parse_rfc3339("2016-12-31T23:58:60Z"));
    EXPECT_FALSE(parse_rfc3339("2016-12-31T23:59:60+01:00"));
}

TEST(Time, RefusesWhatIsNoTime) {
    for (const char* text : {
             "",
             "2026-01-31",
             "2026-01-31T09:00:00",
             "2026-01-31 09:00:00Z",
             "2026-01-31T09:00Z",
             "2026-1-31T09:00:00Z",
             "2026-00-31T09:00:00Z",
             "2026-13-31T09:00:00Z",
             "2026-02-29T09:00:00Z",
             "1900-02-29T09:00:00Z",
             "2026-04-31T09:00:00Z",
             "2026-01-00T09:00:00Z",
             "2026-01-31T24:00:00Z",
             "2026-01-31T09:60:00Z",
             "2026-01-31T09:00:61Z",
             "2026-01-31T09:00:00.Z",
             "2026-01-31T09:00:00,5Z",
             "2026-01-31T09:00:00+0100",
             "2026-01-31T09:00:00+24:00",
             "2026-01-31T09:00:00+01:60",
             "2026-01-31T09:00:00Zx",
             " 2026-01-31T09:00:00Z",
             "+2026-01-31T09:00:00Z",
             "0000-12-31T09:00:00Z",       // timestamptz has no year 0
             "0001-01-01T00:00:00+01:00",  //
             "9999-12-31T23:59:59-01:00",  // would be the year 10000
         }) {
        EXPECT_FALSE(parse_rfc3339(text)) << text;
    }
}

}  // namespace
}  // namespace chat
