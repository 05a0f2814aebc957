#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <set>

#include "events/ids.hpp"

namespace chat {

namespace asio = boost::asio;

/// Which partitions this projector should work on, so that several share them. Advice only: what makes every event
/// count once is the compare-and-set of the position, so two owners for a moment are harmless.
class PartitionAssignment {
public:
    virtual ~PartitionAssignment() = default;

    /// The partitions that are ours now, or none of them; returns as soon as they differ from `known` (at first:
    /// nothing is known, and even that none are ours is news). Does not throw for an outage: it goes on trying, and
    /// what was assigned stays or is taken back.
    virtual asio::awaitable<std::set<Partition>> changed(std::optional<std::set<Partition>> known) = 0;
};

}  // namespace chat
