#pragma once

#include <cstddef>
#include <deque>
#include <vector>

#include "events/record.hpp"

namespace chat {

/// The last records of a partition that this process appended itself, as far as no other's came between: its reader
/// gets them from here and not with a query. Bounded by records and bytes.
class KeptAppends {
public:
    KeptAppends(std::size_t records, std::size_t bytes) : records_limit_(records), bytes_limit_(bytes) {}

    void add(StoredRecord record);
    void clear();
    /// Those from `next` on, at most `limit`; none if `next` is not among them.
    std::vector<StoredRecord> from(NextOffset next, std::size_t limit) const;

private:
    const std::size_t records_limit_;
    const std::size_t bytes_limit_;
    std::deque<StoredRecord> records_;  // offsets without gaps
    std::size_t bytes_ = 0;
};

}  // namespace chat
