#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "events/ids.hpp"
#include "events/log_cut.hpp"
#include "events/outage.hpp"
#include "events/record.hpp"

namespace chat {

namespace asio = boost::asio;

/// The record was handed over and no answer came: a copy may be stored, or may still arrive. `reason` is for people.
struct DeliveryUnknown {
    std::string reason;
};

/// Stored, but the log did not say where (a retry whose first copy had landed): only reading the partition tells.
struct DeliveredSomewhere {};

using Delivery = std::variant<Offset, DeliveredSomewhere, DeliveryUnknown>;

/// Ordered records by partition. Offsets of a partition are 0, 1, 2, .. without gaps. Which records belong to their
/// streams is `PartitionView`'s affair. All calls on one executor, all complete there. Coroutines may be cancelled;
/// cancelling an append does not take the record back.
class EventLog {
public:
    virtual ~EventLog() = default;

    /// Fixed for the life of the log, > 0.
    virtual std::int32_t partitions() const = 0;

    /// Appends one record and waits for the answer, for the adapter's append timeout at most. Throws Outage if nothing
    /// was sent (unreachable at once, or its bounded queue is full). Records of one partition that are appended one
    /// after another may still land in another order after a retry.
    virtual asio::awaitable<Delivery> append(Partition partition, std::shared_ptr<const Record> record) = 0;

    /// Records from `next` on, in order, at least one and at most `limit`; waits until there is one. Throws Outage when
    /// the connection breaks (also while waiting: the caller must then assume that the log may have changed and read
    /// its last known record again), LogCut when `next` is outside of the log. One reader for each partition at a time;
    /// reading on from where the last read ended is fast, anything else seeks.
    virtual asio::awaitable<std::vector<StoredRecord>> read(Partition partition, NextOffset next,
                                                            std::size_t limit) = 0;

    /// Whatever is kept of the partition, or was fetched ahead of its reader, may be of another log: the next read asks
    /// the log itself. While nobody reads it.
    virtual void distrust(Partition partition) = 0;

    /// The partition's end: every record below it was stored when this was called or before. Throws Outage.
    virtual asio::awaitable<NextOffset> end(Partition partition) = 0;
};

}  // namespace chat
