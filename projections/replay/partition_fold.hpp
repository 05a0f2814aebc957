#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>

#include "projections/fold.hpp"
#include "projections/ports/record_source.hpp"

namespace chat {

/// Folds a partition's records again from the first one, of some users or of all, without a read model. On one
/// executor. Holds the heads of the users that it folds. What it is given outlives it.
class PartitionFold {
public:
    /// Which users; by the record's key, which may be no user's.
    using Wanted = std::function<bool(const std::string& key)>;
    /// Gets what each run of records comes to.
    using Sink = std::function<asio::awaitable<void>(Folded)>;

    PartitionFold(RecordSource& source, Partition partition, Wanted wanted);

    NextOffset next() const { return next_; }

    /// Reads on to `to`, which the log has reached. `read` hears how many records were read, wanted or not. Throws
    /// Outage and LogCut; may go on after an Outage where it stopped.
    asio::awaitable<void> advance(NextOffset to, Sink sink, std::function<void(std::int64_t)> read);
    asio::awaitable<void> advance(NextOffset to, Sink sink) { return advance(to, std::move(sink), nullptr); }

    /// Forgets the users that are not wanted any more.
    void narrow(Wanted wanted);

private:
    RecordSource& source_;
    Partition partition_;
    Wanted wanted_;
    KnownStreams known_;
    NextOffset next_;
};

}  // namespace chat
