#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <vector>

#include "events/checkpoint.hpp"
#include "events/ids.hpp"
#include "events/outage.hpp"
#include "projections/stream_status.hpp"

namespace chat {

namespace asio = boost::asio;

/// A place in a partition of the log, all of whose events up to there are in the public topic.
struct PublicationMark {
    Checkpoint checkpoint;
    std::optional<EventId> last_published;  // the last event up to there; nothing if there is none

    bool operator==(const PublicationMark&) const = default;
};

/// Where the streams stood at some place that was published: what spares a publisher to read the log from its beginning
/// when it starts. A shortcut, never the truth: it may lag behind what is published, and may be dropped. Throws Outage.
class PublicationStore {
public:
    virtual ~PublicationStore() = default;

    virtual asio::awaitable<PublicationMark> mark(Partition partition) = 0;

    /// Where these users' streams stood at the mark; users without events are absent. `last_time` is not kept.
    virtual asio::awaitable<KnownStreams> streams(std::vector<UserId> users) = 0;

    /// One transaction: the streams that changed between the two, and the mark by compare-and-set of its offset. False
    /// and nothing changed: the mark is not at `from`, so another publisher moved it.
    virtual asio::awaitable<bool> save(Partition partition, NextOffset from, PublicationMark to,
                                       KnownStreams changed) = 0;

    /// Drops the partition's mark and streams. False and nothing changed: the mark is not at `from`.
    virtual asio::awaitable<bool> forget(Partition partition, NextOffset from) = 0;
};

}  // namespace chat
