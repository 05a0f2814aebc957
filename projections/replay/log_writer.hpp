#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <stdexcept>
#include <vector>

#include "projections/ports/record_sink.hpp"
#include "projections/ports/record_source.hpp"

namespace chat {

/// Two logs that should hold the same do not; says where.
class LogsDiffer : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Makes a log hold records at the very offsets that they have elsewhere. What is there already is compared and not
/// written again, so an interrupted copy goes on where it was. Nobody else may write to that log meanwhile: whoever
/// does is found out. On one executor; what it is given outlives it.
class LogWriter {
public:
    /// `target` reads what `sink` appends to. `pause` is between attempts.
    LogWriter(asio::any_io_executor executor, RecordSink& sink, RecordSource& target,
              std::chrono::milliseconds pause = std::chrono::milliseconds(500));

    /// Records of one partition, with offsets that follow each other, from no later than its end there. Returns when
    /// all of them stand there. Throws LogsDiffer, and Outage past some attempts. One call for each partition at a
    /// time.
    asio::awaitable<void> put(Partition partition, std::vector<StoredRecord> records);

private:
    asio::awaitable<bool> try_to_put(Partition partition, std::vector<StoredRecord>& records);
    asio::awaitable<bool> append(Partition partition, std::vector<StoredRecord> records);

    asio::any_io_executor executor_;
    RecordSink& sink_;
    RecordSource& target_;
    const std::chrono::milliseconds pause_;
};

/// The log holds these records, at their offsets. Throws LogsDiffer.
asio::awaitable<void> require_same(RecordSource& log, Partition partition, std::vector<StoredRecord> records);

}  // namespace chat
