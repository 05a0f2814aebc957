#pragma once

#include <cstddef>
#include <vector>

#include "events/record.hpp"

namespace chat {

/// How many of the first records are at most `count` and, with keys, headers and values, at most `bytes`; at least one
/// if there is one.
std::size_t fitting(const std::vector<StoredRecord>& records, std::size_t count, std::size_t bytes);

/// Throws LogCut if the first of the records, of which there is one, is not at `from`.
void require_at(NextOffset from, const std::vector<StoredRecord>& records);

/// Takes that many off the front.
std::vector<StoredRecord> take_fitting(std::vector<StoredRecord>& records, std::size_t count, std::size_t bytes);

}  // namespace chat
