#include "events/steady_clock.hpp"

namespace chat {

SteadyClock::time_point SteadyClock::now() noexcept {
    return time_point(std::chrono::duration_cast<duration>(std::chrono::steady_clock::now().time_since_epoch()));
}

SteadyClock::duration SteadyClock::Waits::to_wait_duration(duration until_due) noexcept { return until_due; }

SteadyClock::duration SteadyClock::Waits::to_wait_duration(time_point due) noexcept { return due - now(); }

}  // namespace chat
