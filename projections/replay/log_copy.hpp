#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>

#include "projections/replay/log_writer.hpp"

namespace chat {

struct CopyProgress {
    std::function<void(std::int64_t records)> copied;
    std::function<void(std::int64_t records)> verified;
};

/// Copies a partition as it is at the time of the call, from where the target ends, then compares what was copied and
/// the record before it (`everything`: from the first record). Gives how many were copied. Throws LogsDiffer.
asio::awaitable<std::int64_t> copy_partition(RecordSource& from, RecordSource& to, LogWriter& writer,
                                             Partition partition, bool everything, CopyProgress progress);

}  // namespace chat
