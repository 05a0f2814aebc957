#include "infra/postgres/timestamp.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace chat {
namespace {

Time utc(std::string_view text) { return *parse_rfc3339(text); }

TEST(Timestamp, IsWrittenToTheMicrosecond) {
    EXPECT_EQ(to_timestamptz(utc("2026-01-31T09:00:00.123456Z")), "2026-01-31 09:00:00.123456+00");
    EXPECT_EQ(to_timestamptz(utc("1969-12-31T23:59:59.999999Z")), "1969-12-31 23:59:59.999999+00");
    EXPECT_EQ(to_timestamptz(utc("9999-12-31T23:59:59Z")), "9999-12-31 23:59:59.000000+00");
}

TEST(Timestamp, HasYearsBeforeChrist) {
    const Time year_0 = std::chrono::sys_days(std::chrono::year(0) / 2 / 29);
    EXPECT_EQ(to_timestamptz(year_0), "0001-02-29 00:00:00.000000+00 BC");
    EXPECT_EQ(from_timestamptz("0001-02-29 00:00:00+00 BC"), year_0);
}

TEST(Timestamp, IsReadAsPostgresWritesIt) {
    EXPECT_EQ(from_timestamptz("2026-01-31 09:00:00.123456+00"), utc("2026-01-31T09:00:00.123456Z"));
    EXPECT_EQ(from_timestamptz("2026-01-31 09:00:00+00"), utc("2026-01-31T09:00:00Z"));
    EXPECT_EQ(from_timestamptz("2026-01-31 09:00:00.5+00"), utc("2026-01-31T09:00:00.5Z"));
    EXPECT_EQ(from_timestamptz("2026-01-31 09:00:00.000001+00"), utc("2026-01-31T09:00:00.000001Z"));
}

TEST(Timestamp, IsReadInAnyZone) {
    EXPECT_EQ(from_timestamptz("2026-01-31 14:30:00+05:30"), utc("2026-01-31T09:00:00Z"));
    EXPECT_EQ(from_timestamptz("2026-01-31 01:00:00-08"), utc("2026-01-31T09:00:00Z"));
    EXPECT_EQ(from_timestamptz("1890-01-01 00:53:28+00:53:28"), utc("1890-01-01T00:00:00Z"));
}

TEST(Timestamp, IsTheSameThereAndBack) {
    for (const auto micros :
         {0LL, -1LL, 1'769'850'000'123'456LL, 253'402'300'799'999'999LL, -62'135'596'800'000'000LL}) {
        const Time time{std::chrono::microseconds(micros)};
        EXPECT_EQ(from_timestamptz(to_timestamptz(time)), time) << micros;
    }
}

TEST(Timestamp, RefusesAnythingElse) {
    for (const auto* text : {"", "infinity", "2026-01-31", "2026-01-31T09:00:00Z", "2026-13-01 00:00:00+00",
                             "2026-02-29 00:00:00+00", "2026-01-31 09:00:00", "2026-01-31 09:00:00+00 AD"})
        EXPECT_THROW(from_timestamptz(text), std::invalid_argument) << text;
}

}  // namespace
}  // namespace chat
