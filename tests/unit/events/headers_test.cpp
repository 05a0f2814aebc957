#include "events/headers.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace chat {
namespace {

const std::string odd("\0,:\xff", 4);

TEST(Headers, KeepOrderDuplicatesAndBytes) {
    const std::vector<Header> given{{"b", "2"}, {"a", ""}, {"b", "again"}, {"", ""}, {odd, odd}};
    Headers headers;
    for (const Header& header : given) headers.add(header.name, header.value);
    EXPECT_EQ(std::vector<Header>(headers.begin(), headers.end()), given);
    EXPECT_EQ(headers.size(), 5U);
    EXPECT_EQ(headers.bytes(), 1U + 1 + 1 + 0 + 1 + 5 + 0 + 0 + 4 + 4);
}

TEST(Headers, GiveTheLastOfAName) {
    const Headers headers{{"a", "1"}, {"b", "2"}, {"a", "3"}, {"c", ""}};
    EXPECT_EQ(headers.last("a"), "3");
    EXPECT_EQ(headers.last("b"), "2");
    EXPECT_EQ(headers.last("c"), "");
    EXPECT_FALSE(headers.last("A"));
    EXPECT_FALSE(headers.last(""));
}

TEST(Headers, AreEqualWhenEachIs) {
    const Headers headers{{"ab", "c"}};
    EXPECT_EQ(headers, (Headers{{"ab", "c"}}));
    EXPECT_NE(headers, (Headers{{"a", "bc"}}));
    EXPECT_NE(headers, (Headers{{"ab", "c"}, {"", ""}}));
    EXPECT_NE(Headers(), (Headers{{"", ""}}));
}

TEST(Headers, AreCopiedWithWhatTheyHold) {
    Headers headers;
    {
        const std::string name(1000, 'n');
        const std::string value(100'000, 'v');
        headers.add(name, value);
    }
    const Headers copy = headers;
    headers.clear();
    EXPECT_TRUE(headers.empty());
    EXPECT_EQ(headers.bytes(), 0U);
    EXPECT_EQ(headers.begin(), headers.end());
    EXPECT_EQ(copy.last(std::string(1000, 'n')), std::string(100'000, 'v'));
}

}  // namespace
}  // namespace chat
