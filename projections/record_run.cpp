#include "projections/record_run.hpp"

#include <iterator>
#include <string>

#include "events/log_cut.hpp"

namespace chat {

std::size_t fitting(const std::vector<StoredRecord>& records, std::size_t count, std::size_t bytes) {
    std::size_t fits = 0;
    for (std::size_t used = 0; fits < records.size() && fits < count; ++fits) {
        used += records[fits].record->bytes();
        if (used > bytes && fits > 0) break;
    }
    return fits;
}

void require_at(NextOffset from, const std::vector<StoredRecord>& records) {
    const Offset first = records.front().offset;
    if (first != Offset(from.value()))
        throw LogCut("the log holds nothing at offset " + std::to_string(from.value()) + "; the next record is at " +
                     std::to_string(first.value()));
}

std::vector<StoredRecord> take_fitting(std::vector<StoredRecord>& records, std::size_t count, std::size_t bytes) {
    const auto end = records.begin() + static_cast<std::ptrdiff_t>(fitting(records, count, bytes));
    std::vector<StoredRecord> taken(std::make_move_iterator(records.begin()), std::make_move_iterator(end));
    records.erase(records.begin(), end);
    return taken;
}

}  // namespace chat
