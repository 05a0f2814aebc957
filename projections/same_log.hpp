#pragma once

#include <boost/asio/awaitable.hpp>

#include "events/checkpoint.hpp"
#include "events/ids.hpp"
#include "projections/ports/record_source.hpp"

namespace chat {

/// The partition's end, having seen that the log still holds the record that the checkpoint of `what` ("the read
/// model") remembers. Throws LogCut if it does not: what was made from it belongs to another log; Outage.
asio::awaitable<NextOffset> end_of_same_log(RecordSource& source, Partition partition, const char* what,
                                            Checkpoint checkpoint);

}  // namespace chat
