#include "projections/replay/partition_fold.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace chat {
namespace {

constexpr std::size_t records_at_once = 5000;

}  // namespace

PartitionFold::PartitionFold(RecordSource& source, Partition partition, Wanted wanted)
    : source_(source), partition_(partition), wanted_(std::move(wanted)) {}

void PartitionFold::narrow(Wanted wanted) {
    wanted_ = std::move(wanted);
    std::erase_if(known_, [this](const auto& stream) { return !wanted_(stream.first.value()); });
}

asio::awaitable<void> PartitionFold::advance(NextOffset to, Sink sink, std::function<void(std::int64_t)> read) {
    while (next_ < to) {
        const auto left = static_cast<std::size_t>(to.value() - next_.value());
        std::vector<StoredRecord> records = co_await source_.read(partition_, next_, std::min(left, records_at_once));
        const NextOffset next = after(records.back().offset);
        const auto count = static_cast<std::int64_t>(records.size());
        std::erase_if(records, [this](const StoredRecord& stored) { return !wanted_(stored.record->key); });
        if (!records.empty()) {
            Folded folded = fold(records, known_);
            for (const auto& [user, status] : folded.batch.streams) known_[user] = status;
            next_ = next;
            co_await sink(std::move(folded));
        }
        next_ = next;
        if (read) read(count);
    }
}

}  // namespace chat
