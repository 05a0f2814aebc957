#include "events/record.hpp"

#include <gtest/gtest.h>

namespace chat {
namespace {

TEST(Record, GivesTheLastHeaderOfAName) {
    const Record record{"key", {{"a", "1"}, {"b", "2"}, {"a", "3"}}, ""};
    EXPECT_EQ(record.header("a"), "3");
    EXPECT_EQ(record.header("b"), "2");
    EXPECT_FALSE(record.header("A"));
    EXPECT_FALSE(Record{}.header("a"));
}

// Utils.toPositive(Utils.murmur2(key)) % n of kafka-clients 4.1.1; modulo 2^31 - 1 shows all bits of the hash.
TEST(PartitionOf, AgreesWithTheJavaClient) {
    struct Known {
        const char* key;
        std::int32_t of_12;
        std::int32_t of_7;
        std::int32_t of_all;
    };
    for (const auto& [key, of_12, of_7, of_all] : {
             Known{"", 9, 2, 275646681},
             Known{"a", 4, 5, 584102524},
             Known{"ab", 2, 0, 316155434},
             Known{"abc", 3, 4, 479470107},
             Known{"abcd", 8, 5, 823834100},
             Known{"abcde", 1, 4, 461995741},
             Known{"21", 0, 3, 1173551340},
             Known{"foobar", 6, 0, 1357151166},
             Known{"a-little-bit-long-string", 8, 1, 1161502112},
             Known{"a-little-bit-longer-string", 11, 0, 661178819},
             Known{"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", 5, 3, 2088585677},
             Known{"alice", 9, 1, 1951417749},
             Known{"bob", 6, 5, 99338958},
             Known{"user-1", 8, 3, 1404122828},
             Known{"user-42", 4, 1, 1459644460},
             Known{"9b2f8c1e-5c59-4a3e-9d0f-1d2c3b4a5f60", 4, 4, 966950968},
             Known{"jos\u00e9", 5, 6, 582858485},
             Known{"\u65e5\u672c\u8a9e", 10, 6, 1431860170},
             Known{"\U0001F600", 9, 0, 131881617},
             Known{"\u00ff\u00fe\u0080", 11, 3, 1494463967},
         }) {
        EXPECT_EQ(partition_of(key, 12), Partition(of_12)) << key;
        EXPECT_EQ(partition_of(key, 7), Partition(of_7)) << key;
        EXPECT_EQ(partition_of(key, 2147483647), Partition(of_all)) << key;
        EXPECT_EQ(partition_of(key, 1), Partition(0)) << key;
    }
}

}  // namespace
}  // namespace chat
