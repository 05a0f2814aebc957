#pragma once

#include "events/steady_clock.hpp"

namespace chat::test {

/// The time of the simulation: the program's SteadyClock, which this library defines in place of the real one. It is
/// the one thing here that is not passed along, as a clock's `now` takes no argument. One thread.
struct SimulatedTime {
    using Moment = SteadyClock::time_point;

    static Moment now;
    /// Where the process that runs now learns when its earliest timer is due; nothing while none runs.
    static Moment* next_due;
};

}  // namespace chat::test
