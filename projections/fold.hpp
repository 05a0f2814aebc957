#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "events/checkpoint.hpp"
#include "events/record.hpp"
#include "projections/batch.hpp"
#include "projections/stream_judge.hpp"

namespace chat {

/// What a run of records comes to.
struct Folded {
    Batch batch;
    Checkpoint next;                     // after the run
    std::int64_t held = 0;               // records of streams that are quarantined: neither applied nor judged
    std::vector<ForeignRecord> foreign;  // batch.foreign of them
    std::vector<BrokenStream> broken;
};

/// Goes on with a fold: what it knows of a stream goes before `known`. `records` is not empty. Pure.
void fold_on(Folded& folded, std::span<const StoredRecord> records, const KnownStreams& known);

/// Applies what belongs to its stream, counts the rest. A stream in which a record does not follow, or belongs but is
/// not understood (a newer type, damaged data), is quarantined there: applying what comes after would build on a gap.
/// Pure; any split of a run comes to the same as the whole. `records` is not empty.
Folded fold(std::span<const StoredRecord> records, const KnownStreams& known);

}  // namespace chat
