#pragma once

#include <optional>

#include "events/steady_clock.hpp"

namespace chat {

/// Notices that the process did not run for a while: suspended, frozen with its container, or starved. Connections may
/// outlive that, and so tell nothing of what happened meanwhile. One thread.
class SleepWatch {
public:
    /// `asleep_after`: longer than the pauses between the calls of `slept` while awake.
    explicit SleepWatch(SteadyClock::duration asleep_after) : asleep_after_(asleep_after) {}

    /// True if the call before this one is longer ago than that.
    bool slept() {
        const auto now = SteadyClock::now();
        const bool slept = awake_at_ && now - *awake_at_ > asleep_after_;
        awake_at_ = now;
        return slept;
    }

    /// What was missed until now has been looked for.
    void begin() { awake_at_ = SteadyClock::now(); }

private:
    SteadyClock::duration asleep_after_;
    std::optional<SteadyClock::time_point> awake_at_;
};

}  // namespace chat
