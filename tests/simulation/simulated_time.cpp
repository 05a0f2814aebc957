#include "tests/simulation/simulated_time.hpp"

#include <algorithm>

namespace chat {

test::SimulatedTime::Moment test::SimulatedTime::now{};
test::SimulatedTime::Moment* test::SimulatedTime::next_due = nullptr;

SteadyClock::time_point SteadyClock::now() noexcept { return test::SimulatedTime::now; }

// Asio asks how long to sleep whenever it has looked at its earliest timer: so the simulation learns when that is. The
// real timer behind it is always due, so that each poll looks again.
SteadyClock::duration SteadyClock::Waits::to_wait_duration(duration until_due) noexcept {
    if (auto* next = test::SimulatedTime::next_due) {
        const auto now = test::SimulatedTime::now;
        const auto due = until_due > time_point::max() - now ? time_point::max() : now + until_due;
        *next = std::min(*next, due);
    }
    return duration::zero();
}

SteadyClock::duration SteadyClock::Waits::to_wait_duration(time_point due) noexcept {
    return to_wait_duration(due - now());
}

}  // namespace chat
