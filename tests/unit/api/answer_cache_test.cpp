#include "api/answer_cache.hpp"

#include "tests/unit/api/requests.hpp"

namespace chat::test {
namespace {

const UserId ada("ada");
const UserId bob("bob");

AnswerCache::Answer answer(std::size_t size, std::int64_t version = 1) {
    return std::make_shared<const Rendered>(
        rendered(std::string(size, 'x'), Sequence(version), "", {Sequence(version), NextOffset(1), false}));
}

}  // namespace

TEST(AnswerCache, FindsByUserAndUrl) {
    AnswerCache cache(1 << 20);
    const auto kept = answer(10);
    cache.put(ada, "/a", kept);
    EXPECT_EQ(cache.find(ada, "/a"), kept);
    EXPECT_EQ(cache.find(ada, "/a?"), nullptr);
    EXPECT_EQ(cache.find(bob, "/a"), nullptr);
}

TEST(AnswerCache, KeepsTheLastOfTwoForOneUrl) {
    AnswerCache cache(1 << 20);
    cache.put(ada, "/a", answer(10, 1));
    const std::size_t bytes = cache.bytes();
    const auto second = answer(10, 2);
    cache.put(ada, "/a", second);
    EXPECT_EQ(cache.find(ada, "/a"), second);
    EXPECT_EQ(cache.size(), 1u);
    EXPECT_EQ(cache.bytes(), bytes);
}

TEST(AnswerCache, DropsAllOfOneUser) {
    AnswerCache cache(1 << 20);
    cache.put(ada, "/a", answer(10));
    cache.put(ada, "/b", answer(10));
    cache.put(bob, "/a", answer(10));
    cache.drop(ada);
    cache.drop(UserId("nobody"));
    EXPECT_EQ(cache.find(ada, "/a"), nullptr);
    EXPECT_EQ(cache.find(ada, "/b"), nullptr);
    EXPECT_NE(cache.find(bob, "/a"), nullptr);
    cache.drop(bob);
    EXPECT_EQ(cache.size(), 0u);
    EXPECT_EQ(cache.bytes(), 0u);
}

TEST(AnswerCache, ThrowsOutWhatWasUsedLongestAgo) {
    AnswerCache cache(16 << 10);
    for (int i = 0; i < 40; ++i) {
        cache.put(ada, "/" + std::to_string(i), answer(1000));
        EXPECT_NE(cache.find(ada, "/0"), nullptr);
    }
    EXPECT_EQ(cache.find(ada, "/1"), nullptr);
    EXPECT_NE(cache.find(ada, "/39"), nullptr);
    EXPECT_LE(cache.bytes(), std::size_t(16 << 10));
}

TEST(AnswerCache, DoesNotThrowOutAllForOne) {
    AnswerCache cache(16 << 10);
    cache.put(ada, "/a", answer(10));
    cache.put(ada, "/big", answer(4 << 10));
    EXPECT_EQ(cache.find(ada, "/big"), nullptr);
    EXPECT_NE(cache.find(ada, "/a"), nullptr);
}

TEST(AnswerCache, ClearsEverything) {
    AnswerCache cache(1 << 20);
    cache.put(ada, "/a", answer(10));
    cache.clear();
    EXPECT_EQ(cache.find(ada, "/a"), nullptr);
    EXPECT_EQ(cache.bytes(), 0u);
}

}  // namespace chat::test
