#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "events/ids.hpp"
#include "events/record.hpp"
#include "events/result.hpp"

namespace chat {

// The portable form of a log, line by line of JSON: what it is, the records partition by partition in their order, and
// how many there were, so that a file that was cut short is noticed. Texts stand as they are; a record of which any
// part is no text (UTF-8 without U+0000) has all its parts in base64, under names that end with 64.

struct ArchiveHeader {
    std::int32_t partitions = 0;
    std::string log;  // where it was from, for people
};
struct ArchivedRecord {
    Partition partition;
    Offset offset;
    Record record;

    bool operator==(const ArchivedRecord&) const = default;
};
struct ArchiveEnd {
    std::int64_t records = 0;
};
using ArchiveLine = std::variant<ArchiveHeader, ArchivedRecord, ArchiveEnd>;

std::string archive_line(const ArchiveHeader& header);
std::string archive_line(Partition partition, Offset offset, const Record& record);
std::string archive_line(const ArchiveEnd& end);

/// The line read back, or what is wrong with it.
Result<ArchiveLine, std::string> parse_archive_line(std::string_view line);

}  // namespace chat
