#include "projections/replay/log_archive.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace chat::test {
namespace {

using namespace std::string_literals;

ArchivedRecord read_back(const Record& record) {
    const auto parsed = parse_archive_line(archive_line(Partition(3), Offset(17), record));
    EXPECT_TRUE(parsed) << parsed.error();
    return std::get<ArchivedRecord>(*parsed);
}

TEST(LogArchive, KeepsEveryByteOfARecord) {
    const std::vector<Record> records{
        {"ann", {{"ce_id", "1"}, {"ce_id", "2"}, {"content-type", "application/json"}}, R"({"a":"\u00fc\"","n":1.10})"},
        {"", {}, ""},
        {"\xC3\xBC\n\x1b", {{"", ""}}, "no JSON \t at \\ all"},
        {"bytes", {{"n\0l"s, "\xff"}, {"x", "y"}}, "\0\1\2\xfe\xff"s},
        {"one", {}, "\xff"},
        {"two", {}, "\xff\xff"},
        {"three", {}, "\xff\xff\xff"},
    };
    for (const Record& record : records) {
        const ArchivedRecord back = read_back(record);
        EXPECT_EQ(back.record, record);
        EXPECT_EQ(back.partition, Partition(3));
        EXPECT_EQ(back.offset, Offset(17));
    }
}

TEST(LogArchive, SaysWhatItIsAndHowMuch) {
    ArchiveHeader header;
    header.partitions = 12;
    header.log = "the event log in PostgreSQL";
    const auto first = parse_archive_line(archive_line(header));
    EXPECT_EQ(std::get<ArchiveHeader>(*first).partitions, 12);
    ArchiveEnd end;
    end.records = 5;
    EXPECT_EQ(std::get<ArchiveEnd>(*parse_archive_line(archive_line(end))).records, 5);
}

TEST(LogArchive, NamesWhatIsWrongWithALine) {
    EXPECT_NE(parse_archive_line("x").error().find("is no JSON"), std::string::npos);
    EXPECT_EQ(parse_archive_line("[]").error(), "is no JSON object");
    EXPECT_EQ(parse_archive_line(R"({"format":"another","version":1,"partitions":1,"log":""})").error(),
              "is of another format or version");
    const std::string rest = R"(,"offset":0,"key64":"YQ==","headers64":{},"value64":"YQ=="})";
    EXPECT_TRUE(parse_archive_line(R"({"partition":0)" + rest));
    EXPECT_EQ(parse_archive_line(R"({"partition":-1)" + rest).error(), "'partition' is no number from 0");
    EXPECT_EQ(parse_archive_line(R"({"partition":"0")" + rest).error(), "'partition' is missing or damaged");
    for (const char* damaged : {"YQ=", "Y===", "Y*==", "=aaa", "YQ==YQ=="})
        EXPECT_EQ(parse_archive_line(R"({"partition":0,"offset":0,"key64":")"s + damaged +
                                     R"(","headers64":{},"value64":""})")
                      .error(),
                  "base64 is damaged")
            << damaged;
}

}  // namespace
}  // namespace chat::test
