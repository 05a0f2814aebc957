#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <unordered_map>
#include <vector>

#include "events/checkpoint.hpp"
#include "events/ids.hpp"
#include "events/outage.hpp"
#include "projections/batch.hpp"

namespace chat {

namespace asio = boost::asio;

/// Where streams stand, and how much of the partition that includes: of one snapshot, since what is folded on them is
/// right only from there on.
struct StoredStreams {
    std::unordered_map<UserId, StreamStatus> streams;  // users without events are absent
    NextOffset applied;                                // the partition's checkpoint
    Edition edition{};                                 // .. and its edition
};

/// The read model as the projector writes it. Throws Outage when the database does not answer; then whether a commit
/// happened is found by reading the checkpoint again.
class ReadModelStore {
public:
    virtual ~ReadModelStore() = default;

    virtual asio::awaitable<Checkpoint> checkpoint(Partition partition) = 0;

    virtual asio::awaitable<StoredStreams> streams(Partition partition, std::vector<UserId> users) = 0;

    /// One transaction: every row change of the batch, the users' heads, the partition's checkpoint by compare-and-set
    /// of its offset and edition, and a notification to who waits for it. False and nothing changed: the checkpoint is
    /// not at `from`, so another projector owns the partition, or not of `to`'s edition, so what the batch was folded
    /// on may not be so; read the checkpoint again, and streams.
    virtual asio::awaitable<bool> commit(Partition partition, NextOffset from, Checkpoint to, Batch batch) = 0;

    /// Forgets answers to commands that are older than that; gives how many, a bounded number a call.
    virtual asio::awaitable<std::size_t> forget_answers(std::chrono::seconds older_than) = 0;
};

}  // namespace chat
