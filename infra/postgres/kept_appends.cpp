#include "infra/postgres/kept_appends.hpp"

#include <algorithm>
#include <utility>

namespace chat {
namespace {

/// Headers are about as large for each record, so the limit on records bounds them.
std::size_t size_of(const StoredRecord& stored) { return stored.record->key.size() + stored.record->value.size(); }

}  // namespace

void KeptAppends::add(StoredRecord record) {
    if (!records_.empty() && record.offset != records_.back().offset.next()) clear();
    bytes_ += size_of(record);
    records_.push_back(std::move(record));
    while (records_.size() > records_limit_ || bytes_ > bytes_limit_) {
        bytes_ -= size_of(records_.front());
        records_.pop_front();
    }
}

void KeptAppends::clear() {
    records_.clear();
    bytes_ = 0;
}

std::vector<StoredRecord> KeptAppends::from(NextOffset next, std::size_t limit) const {
    if (records_.empty() || next.value() < records_.front().offset.value()) return {};
    const auto skip = static_cast<std::size_t>(next.value() - records_.front().offset.value());
    if (skip >= records_.size()) return {};
    const auto first = records_.begin() + static_cast<std::ptrdiff_t>(skip);
    return {first, first + static_cast<std::ptrdiff_t>(std::min(limit, records_.size() - skip))};
}

}  // namespace chat
