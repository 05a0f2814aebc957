#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace chat {

/// Failures of a loop in a row, and how long to pause after each.
class Setbacks {
public:
    using Pause = std::chrono::milliseconds;

    void failed(std::string why) {
        trouble_ = std::move(why);
        in_a_row_ += 1;
    }
    /// True if something had failed before.
    bool went_well() {
        in_a_row_ = 0;
        return std::exchange(trouble_, std::nullopt).has_value();
    }
    const std::optional<std::string>& trouble() const { return trouble_; }

    /// Doubles from `least` up to `longest`. `random`, in [0, 1): who failed together does not come back together.
    Pause next_pause(Pause least, Pause longest, double random) const {
        const int doublings = std::clamp(in_a_row_ - 1, 0, 16);
        const auto pause = std::min(least * (1 << doublings), longest);
        return Pause(static_cast<std::int64_t>(static_cast<double>(pause.count()) * (0.5 + random / 2)));
    }

private:
    std::optional<std::string> trouble_;
    int in_a_row_ = 0;
};

}  // namespace chat
