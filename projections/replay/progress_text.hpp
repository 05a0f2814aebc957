#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace chat {

/// How far a long piece of work is.
struct ProgressState {
    std::string what;  // `loading`
    std::string unit;  // `events`
    std::int64_t done = 0;
    std::int64_t total = 0;
    std::chrono::milliseconds elapsed{};
    double per_second = 0;  // of late
};

/// With thousands apart: `1,234,567`.
std::string grouped(std::int64_t number);

/// `loading  42%  504,000 of 1,200,000 events, 83,000/s, 696,000 left, 8 s to go`
std::string progress_line(const ProgressState& state);

/// The same behind a bar, cut to `columns`: for a terminal.
std::string progress_bar(const ProgressState& state, std::size_t columns);

/// `8 s`, `3 min 20 s`, `2 h 5 min`.
std::string readable_time(std::chrono::seconds time);

}  // namespace chat
