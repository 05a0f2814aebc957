#include "events/ids.hpp"

#include <gtest/gtest.h>

#include <string>
#include <type_traits>
#include <unordered_set>

namespace chat {
namespace {

static_assert(!std::is_convertible_v<std::int64_t, Offset>);
static_assert(!std::is_convertible_v<Offset, NextOffset>);
static_assert(!std::is_convertible_v<Uuid, SessionId>);
static_assert(!std::is_constructible_v<SessionId, MessageId>);

std::string repeated(std::string_view text, std::size_t times) {
    std::string all;
    for (std::size_t i = 0; i < times; ++i) all += text;
    return all;
}

TEST(Ids, AfterAnOffsetComesTheNextOne) {
    EXPECT_EQ(after(Offset(0)), NextOffset(1));
    EXPECT_EQ(Sequence().next(), Sequence(1));
    EXPECT_LT(Sequence(1), Sequence(2));
}

TEST(Ids, ParseAndPrintAsUuids) {
    const auto id = SessionId::parse("017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
    ASSERT_TRUE(id);
    EXPECT_EQ(to_string(*id), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
    EXPECT_FALSE(SessionId::parse("017f22e2"));
}

TEST(Ids, CanBeKeysOfHashedSets) {
    const std::unordered_set<SessionId> sessions{SessionId(),
                                                 *SessionId::parse("017f22e2-79b0-7cc3-98c4-dc0c0c07398f")};
    const std::unordered_set<UserId> users{UserId("a"), UserId("b"), UserId("a")};
    const std::unordered_set<Offset> offsets{Offset(1), Offset(1)};
    EXPECT_EQ(sessions.size(), 2U);
    EXPECT_EQ(users.size(), 2U);
    EXPECT_EQ(offsets.size(), 1U);
}

TEST(UserId, TakesOneTo255CodePoints) {
    EXPECT_EQ(UserId::parse("u")->value(), "u");
    EXPECT_TRUE(UserId::parse(std::string(255, 'x')));
    EXPECT_TRUE(UserId::parse(repeated("\U0001F600", 255)));
    EXPECT_FALSE(UserId::parse(""));
    EXPECT_FALSE(UserId::parse(std::string(256, 'x')));
    EXPECT_FALSE(UserId::parse(repeated("\u00e9", 256)));
}

TEST(UserId, RefusesWhatNoTextColumnHolds) {
    EXPECT_FALSE(UserId::parse(std::string_view("a\0b", 3)));
    EXPECT_FALSE(UserId::parse("\xff"));
    EXPECT_FALSE(UserId::parse("\xed\xa0\x80"));
}

}  // namespace
}  // namespace chat
