#include "projections/replay/log_writer.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace chat {
namespace {

constexpr int attempts = 10;

std::string place(Partition partition, Offset offset) {
    return "partition " + std::to_string(partition.value()) + " offset " + std::to_string(offset.value());
}

}  // namespace

asio::awaitable<void> require_same(RecordSource& log, Partition partition, std::vector<StoredRecord> records) {
    std::size_t seen = 0;
    while (seen < records.size()) {
        const NextOffset next(records[seen].offset.value());
        const auto found = co_await log.read(partition, next, records.size() - seen);
        for (const StoredRecord& stored : found) {
            if (stored.offset != records[seen].offset || !(*stored.record == *records[seen].record))
                throw LogsDiffer("the logs hold different records at " + place(partition, records[seen].offset));
            ++seen;
        }
    }
}

LogWriter::LogWriter(asio::any_io_executor executor, RecordSink& sink, RecordSource& target,
                     std::chrono::milliseconds pause)
    : executor_(executor), sink_(sink), target_(target), pause_(pause) {}

asio::awaitable<void> LogWriter::put(Partition partition, std::vector<StoredRecord> records) {
    if (records.empty()) co_return;
    const std::string where = place(partition, records.front().offset);
    std::string why = "it is not known whether it is there";
    for (int attempt = 0; attempt < attempts; ++attempt) {
        if (attempt > 0) {
            asio::steady_timer timer(executor_, pause_);
            co_await timer.async_wait(asio::use_awaitable);
        }
        try {
            const bool done = co_await try_to_put(partition, records);
            if (done) co_return;
        } catch (const Outage& outage) {
            why = outage.what();
        }
    }
    throw Outage("the log does not take the records from " + where + " on: " + why);
}

/// Leaves those that are seen to be there out of `records`.
asio::awaitable<bool> LogWriter::try_to_put(Partition partition, std::vector<StoredRecord>& records) {
    const NextOffset end = co_await target_.end(partition);
    const Offset first = records.front().offset;
    if (end.value() < first.value())
        throw LogsDiffer("the log written to ends at " + std::to_string(end.value()) + ", before " +
                         place(partition, first));
    const auto there = static_cast<std::ptrdiff_t>(
        std::min<std::int64_t>(end.value() - first.value(), static_cast<std::int64_t>(records.size())));
    std::vector<StoredRecord> known(records.begin(), records.begin() + there);
    co_await require_same(target_, partition, std::move(known));
    if (there == static_cast<std::ptrdiff_t>(records.size())) co_return true;
    records.erase(records.begin(), records.begin() + there);
    const bool done = co_await append(partition, records);
    co_return done;
}

/// True if all are known to stand where they belong.
asio::awaitable<bool> LogWriter::append(Partition partition, std::vector<StoredRecord> records) {
    using Operation = decltype(asio::co_spawn(executor_, sink_.append(partition, records[0].record), asio::deferred));
    std::vector<Operation> operations;
    for (const StoredRecord& stored : records)
        operations.push_back(asio::co_spawn(executor_, sink_.append(partition, stored.record), asio::deferred));
    auto group = asio::experimental::make_parallel_group(std::move(operations));
    const auto ended = co_await group.async_wait(asio::experimental::wait_for_all(), asio::use_awaitable);
    const auto& [order, errors, offsets] = ended;
    for (std::size_t i = 0; i < records.size(); ++i) {
        if (!errors[i]) {
            if (offsets[i] && *offsets[i] != records[i].offset)
                throw LogsDiffer("someone else writes to the log: what belongs at " +
                                 place(partition, records[i].offset) + " stands at offset " +
                                 std::to_string(offsets[i]->value()));
            if (!offsets[i]) co_return false;
            continue;
        }
        try {
            std::rethrow_exception(errors[i]);
        } catch (const Outage&) {
            co_return false;  // the next attempt finds out what is there
        }
    }
    co_return true;
}

}  // namespace chat
