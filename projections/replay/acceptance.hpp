#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <vector>

#include "projections/ports/read_model_rows.hpp"
#include "projections/ports/record_source.hpp"

namespace chat {

/// A user of whose history the read model has more than the log.
struct LostEvents {
    UserId user;
    Sequence shown;  // the read model's version
    Sequence left;   // the log's

    bool operator==(const LostEvents&) const = default;
};

/// What became of a partition that was cut, made anew or exchanged.
struct CutPartition {
    Partition partition;
    std::string evidence;
    Checkpoint before;
    Checkpoint to;  // everything below it is applied, or of a stream that lost events
    std::vector<LostEvents> lost;
};

/// Reads the partition to its end and finds whose streams lost events; nothing if the read model is of this log.
/// Changes nothing. Memory holds two heads for each user of the partition. Throws Outage.
asio::awaitable<std::optional<CutPartition>> examine_cut(RecordSource& source, ReadModelRows& model,
                                                         Partition partition);

/// The operator's decision to go on with the log that is there: the partition's checkpoint becomes one of this log, and
/// the streams that lost events are quarantined, with their rows as they were. All others go on. Throws Outage, and
/// std::runtime_error if the read model was moved since it was examined.
asio::awaitable<void> accept_cut(ReadModelRows& model, CutPartition cut);

}  // namespace chat
