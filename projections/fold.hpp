#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "events/checkpoint.hpp"
#include "events/record.hpp"
#include "projections/batch.hpp"

namespace chat {

/// Where streams stood before a run of records. A user who is absent has no events yet.
using KnownStreams = std::unordered_map<UserId, StreamStatus>;

/// A record that is no event of ours.
struct ForeignRecord {
    Offset offset;
    std::string why;

    bool operator==(const ForeignRecord&) const = default;
};

/// A stream that stopped being applied in this run.
struct BrokenStream {
    UserId user;
    Offset offset;
    std::string why;

    bool operator==(const BrokenStream&) const = default;
};

/// What a run of records comes to.
struct Folded {
    Batch batch;
    Checkpoint next;                     // after the run
    std::int64_t held = 0;               // records of streams that are quarantined: neither applied nor judged
    std::vector<ForeignRecord> foreign;  // batch.foreign of them
    std::vector<BrokenStream> broken;
};

/// Every user that the run may have an event of, each once: whose streams must be known to fold it.
std::vector<UserId> users_of(std::span<const StoredRecord> records);

/// Which event a record of the log is: what a checkpoint remembers of the record before it. Nothing if it is none.
std::optional<EventId> event_id_of(const Record& record);

/// Goes on with a fold: what it knows of a stream goes before `known`. `records` is not empty. Pure.
void fold_on(Folded& folded, std::span<const StoredRecord> records, const KnownStreams& known);

/// Applies what belongs to its stream, counts the rest. A stream in which a record does not follow, or belongs but is
/// not understood (a newer type, damaged data), is quarantined there: applying what comes after would build on a gap.
/// Pure; any split of a run comes to the same as the whole. `records` is not empty.
Folded fold(std::span<const StoredRecord> records, const KnownStreams& known);

}  // namespace chat
