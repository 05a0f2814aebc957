#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "events/ids.hpp"
#include "events/log_cut.hpp"
#include "events/outage.hpp"
#include "events/record.hpp"

namespace chat {

namespace asio = boost::asio;

/// Another publisher took the partition over: nothing of this one reaches the topic any more.
struct TakenOver {};

/// The topic that others read. Each partition has one writer at a time, the one that took it over last. On one
/// executor.
class PublicTopic {
public:
    virtual ~PublicTopic() = default;

    /// Becomes the partition's writer: from here on, nothing that an earlier one sent can appear. Gives the last event
    /// that readers see, nothing if there never was one. Throws Outage; LogCut if what stands there cannot be ours.
    virtual asio::awaitable<std::optional<EventId>> take_over(Partition partition) = 0;

    /// Appends the records in order: readers see all of them, or, if it throws, all or some first ones or none. Then
    /// the partition must be taken over again. Throws Outage, TakenOver.
    virtual asio::awaitable<void> publish(Partition partition, std::vector<std::shared_ptr<const Record>> records) = 0;

    /// This process works on the partition no more.
    virtual asio::awaitable<void> release(Partition partition) = 0;
};

}  // namespace chat
