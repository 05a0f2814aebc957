#include "projections/replay/log_copy.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace chat {
namespace {

constexpr std::size_t records_at_once = 1000;

std::size_t room(NextOffset next, NextOffset end) {
    return std::min(static_cast<std::size_t>(end.value() - next.value()), records_at_once);
}

}  // namespace

asio::awaitable<std::int64_t> copy_partition(RecordSource& from, RecordSource& to, LogWriter& writer,
                                             Partition partition, bool everything, CopyProgress progress) {
    const NextOffset end = co_await from.end(partition);
    const NextOffset had = co_await to.end(partition);
    if (had > end)
        throw LogsDiffer("the log written to has more records in partition " + std::to_string(partition.value()) +
                         " than the other one: " + std::to_string(had.value()) + " and " + std::to_string(end.value()));
    // The last one that is there already is compared before any is added.
    const NextOffset begin(std::max<std::int64_t>(0, had.value() - 1));
    for (NextOffset next = begin; next < end;) {
        std::vector<StoredRecord> records = co_await from.read(partition, next, room(next, end));
        const auto count = static_cast<std::int64_t>(records.size());
        next = after(records.back().offset);
        co_await writer.put(partition, std::move(records));
        progress.copied(count);
    }
    for (NextOffset next = everything ? NextOffset(0) : begin; next < end;) {
        std::vector<StoredRecord> records = co_await from.read(partition, next, room(next, end));
        const auto count = static_cast<std::int64_t>(records.size());
        next = after(records.back().offset);
        co_await require_same(to, partition, std::move(records));
        progress.verified(count);
    }
    co_return end.value() - had.value();
}

}  // namespace chat
