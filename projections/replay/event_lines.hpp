#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "events/event.hpp"
#include "events/record.hpp"
#include "events/stream_order.hpp"

namespace chat {

/// What a record of the log is to its user's stream.
enum class Mark {
    belongs,
    void_,    // a lost race, or a second copy
    broken,   // does not follow: the log lacks something before it
    held,     // after a broken one: not judged
    unknown,  // the first of its user that was seen, in a reading that began in the middle
    foreign,  // no event of ours
};
std::string_view to_string(Mark mark);

/// Applies the rule of order to the records of a partition, in their order. Holds a head for each user.
class StreamMarks {
public:
    /// From the partition's first record, everything is known; from the middle, each user's first record sets the head.
    explicit StreamMarks(bool from_the_beginning) : complete_(from_the_beginning) {}

    Mark mark(const Record& record);

private:
    struct Stream {
        StreamHead head;
        bool broken = false;
    };
    const bool complete_;
    std::unordered_map<std::string, Stream> streams_;
};

/// What happened, in words on one line: `agent message in 01a2..: "It is red."`
std::string describe(const Event& event);

/// The record for people, one line without its end: where, when, whose, which and what.
std::string readable_line(Partition partition, const StoredRecord& stored, Mark mark);

/// The same for programs: an object with `partition`, `offset`, `mark`, and of an event its envelope and `data`.
std::string json_line(Partition partition, const StoredRecord& stored, Mark mark);

/// Text on one line, in quotes, cut to a readable length.
std::string in_quotes(std::string_view text);

}  // namespace chat
