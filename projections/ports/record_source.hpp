#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "events/ids.hpp"
#include "events/log_cut.hpp"
#include "events/outage.hpp"
#include "events/record.hpp"

namespace chat {

namespace asio = boost::asio;

/// The log as projections read it: by partition, in order. Offsets of a partition are 0, 1, 2, .. without gaps.
/// All calls on one executor; a read may be cancelled.
class RecordSource {
public:
    virtual ~RecordSource() = default;

    /// Fixed for the life of the log, > 0.
    virtual std::int32_t partitions() const = 0;

    /// Records from `next` on, in order, at least one and at most `limit`; waits until there is one. Throws Outage when
    /// the connection breaks, LogCut when `next` is outside of the log. One reader for each partition at a time.
    virtual asio::awaitable<std::vector<StoredRecord>> read(Partition partition, NextOffset next,
                                                            std::size_t limit) = 0;

    /// The partition's end (exclusive) at the time of the call. Throws Outage.
    virtual asio::awaitable<NextOffset> end(Partition partition) = 0;
};

}  // namespace chat
