#include "projections/replay/progress_text.hpp"

#include <algorithm>
#include <cmath>

namespace chat {
namespace {

std::int64_t percent(const ProgressState& state) {
    if (state.total <= 0) return 100;
    return std::clamp<std::int64_t>(state.done * 100 / state.total, 0, 100);
}

std::string numbers(const ProgressState& state) {
    const std::int64_t left = std::max<std::int64_t>(0, state.total - state.done);
    std::string text = std::to_string(percent(state)) + "%  " + grouped(state.done) + " of " + grouped(state.total) +
                       " " + state.unit + ", " + grouped(std::llround(state.per_second)) + "/s";
    if (left == 0) return text + ", " + readable_time(std::chrono::round<std::chrono::seconds>(state.elapsed));
    text += ", " + grouped(left) + " left";
    if (state.per_second >= 1)
        text += ", " + readable_time(std::chrono::seconds(std::llround(static_cast<double>(left) / state.per_second))) +
                " to go";
    return text;
}

}  // namespace

std::string grouped(std::int64_t number) {
    std::string digits = std::to_string(number);
    for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > (number < 0 ? 1 : 0); at -= 3)
        digits.insert(static_cast<std::size_t>(at), ",");
    return digits;
}

std::string readable_time(std::chrono::seconds time) {
    const std::int64_t all = time.count();
    if (all < 60) return std::to_string(all) + " s";
    if (all < 3600) return std::to_string(all / 60) + " min " + std::to_string(all % 60) + " s";
    return std::to_string(all / 3600) + " h " + std::to_string(all % 3600 / 60) + " min";
}

std::string progress_line(const ProgressState& state) { return state.what + "  " + numbers(state); }

std::string progress_bar(const ProgressState& state, std::size_t columns) {
    constexpr std::size_t width = 24;
    const std::size_t full = static_cast<std::size_t>(percent(state)) * width / 100;
    std::string line =
        state.what + "  [" + std::string(full, '#') + std::string(width - full, '.') + "] " + numbers(state);
    if (line.size() > columns) line.resize(columns);
    return line;
}

}  // namespace chat
