#include <gtest/gtest.h>

#include <stdexcept>

#include "infra/postgres/bytea.hpp"
#include "infra/postgres/kept_appends.hpp"
#include "infra/postgres/partition_notice.hpp"
#include "infra/postgres/record_headers.hpp"

namespace chat {
namespace {

TEST(Bytea, IsTheSameThereAndBack) {
    std::string all;
    for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
    std::string hex = "\\x";
    append_hex(hex, all);
    EXPECT_EQ(from_bytea(hex), all);
    EXPECT_EQ(from_bytea("\\x"), "");
    EXPECT_EQ(from_bytea("\\x6a6b"), "jk");
}

TEST(Bytea, RefusesAnythingElse) {
    for (const auto* text : {"", "\\", "\\x6", "6162", "\\x6A", "\\x6g", "\\001"})
        EXPECT_THROW(from_bytea(text), std::invalid_argument) << text;
}

TEST(RecordHeaders, KeepOrderDuplicatesAndBytes) {
    const Headers headers{{"b", "2"}, {"a", "1"}, {"b", "again"}, {"", ""}, {"odd:3,", std::string("\0,:\xff", 4)}};
    EXPECT_EQ(decode_headers(encode_headers(headers)), headers);
    EXPECT_EQ(encode_headers({{"name", "value"}}), "4:name,5:value,");
    EXPECT_EQ(encode_headers({}), "");
    EXPECT_TRUE(decode_headers("").empty());
}

TEST(RecordHeaders, RefuseDamage) {
    for (const auto* text : {"x", "4:name", "4:name,", "4:name,5:valu,", "4:name,5:value", "4:name,5:value;", "-1:,0:,",
                             "99999999999999999999:a,", "18446744073709551615:a,0:,", "4", "4:"})
        EXPECT_THROW(decode_headers(text), std::invalid_argument) << text;
}

TEST(PartitionNotice, ReadsPartitionAndOffset) {
    const auto notice = parse_partition_notice("11 4711");
    ASSERT_TRUE(notice);
    EXPECT_EQ(notice->partition, Partition(11));
    EXPECT_EQ(notice->next, NextOffset(4711));
    EXPECT_FALSE(notice->edition);
}

TEST(PartitionNotice, ReadsAnEdition) {
    const auto notice = parse_partition_notice("11 4711:3");
    ASSERT_TRUE(notice);
    EXPECT_EQ(notice->next, NextOffset(4711));
    EXPECT_EQ(notice->edition, Edition(3));
}

TEST(PartitionNotice, IsNothingWhenSomeoneElseNotifies) {
    for (const auto* text : {"", " ", "1", "1 ", " 1", "a 1", "1 a", "1 2 ", "1 2 3", "-1 2", "1 -2", "1\t2",
                             "99999999999 1", "1 2:", "1 2:x", "1 2:-1", "1 2:3 "})
        EXPECT_FALSE(parse_partition_notice(text)) << text;
}

StoredRecord stored(std::int64_t offset, std::size_t bytes = 10) {
    return {Offset(offset), std::make_shared<Record>(Record{"", {}, std::string(bytes, 'x')})};
}

std::vector<std::int64_t> offsets(const std::vector<StoredRecord>& records) {
    std::vector<std::int64_t> all;
    for (const StoredRecord& record : records) all.push_back(record.offset.value());
    return all;
}

TEST(KeptAppends, GiveWhatFollowsAnOffset) {
    KeptAppends kept(10, 1'000);
    EXPECT_TRUE(kept.from(NextOffset(0), 5).empty());
    for (int i = 7; i < 11; ++i) kept.add(stored(i));
    EXPECT_EQ(offsets(kept.from(NextOffset(7), 99)), (std::vector<std::int64_t>{7, 8, 9, 10}));
    EXPECT_EQ(offsets(kept.from(NextOffset(8), 2)), (std::vector<std::int64_t>{8, 9}));
    EXPECT_TRUE(kept.from(NextOffset(6), 99).empty()) << "what is before must come from the database";
    EXPECT_TRUE(kept.from(NextOffset(11), 99).empty());
}

TEST(KeptAppends, StartAnewWhenAnotherProcessAppendedBetween) {
    KeptAppends kept(10, 1'000);
    kept.add(stored(0));
    kept.add(stored(2));
    EXPECT_TRUE(kept.from(NextOffset(0), 9).empty());
    EXPECT_EQ(offsets(kept.from(NextOffset(2), 9)), (std::vector<std::int64_t>{2}));
}

TEST(KeptAppends, ForgetTheOldestPastTheirBounds) {
    KeptAppends few(2, 1'000);
    KeptAppends small(10, 25);
    for (int i = 0; i < 4; ++i) {
        few.add(stored(i));
        small.add(stored(i));
    }
    EXPECT_EQ(offsets(few.from(NextOffset(2), 9)), (std::vector<std::int64_t>{2, 3}));
    EXPECT_TRUE(few.from(NextOffset(1), 9).empty());
    EXPECT_EQ(offsets(small.from(NextOffset(2), 9)), (std::vector<std::int64_t>{2, 3}));
    small.add(stored(4, 30));
    EXPECT_TRUE(small.from(NextOffset(4), 9).empty()) << "too large to keep";
}

}  // namespace
}  // namespace chat
