#pragma once

#include <memory>
#include <span>
#include <vector>

#include "events/checkpoint.hpp"
#include "events/record.hpp"
#include "projections/observer.hpp"
#include "projections/public_record.hpp"
#include "projections/stream_judge.hpp"

namespace chat {

/// A record for the public topic.
struct PublicEvent {
    EventId id;
    std::shared_ptr<const Record> record;
};

/// What of a run of records is published.
struct Publication {
    std::vector<PublicEvent> events;  // that belong to their streams, in the partition's order
    KnownStreams streams;             // that changed, as the run leaves them
    Checkpoint next;                  // after the run
    BatchCounts counts;
    std::vector<ForeignRecord> foreign;
    std::vector<BrokenStream> broken;
};

/// Picks what belongs. Pure; any split of a run comes to the same as the whole. `records` is not empty.
Publication select_public(std::span<const StoredRecord> records, const KnownStreams& known, PublicTexts texts,
                          const TextHash& hash);

}  // namespace chat
