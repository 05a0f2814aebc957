#pragma once

#include <chrono>

namespace chat {

/// Time that only goes forward: for deadlines and pauses, never for what is stored. A clock as <chrono> and Asio take
/// it, in a library member of its own, so that a program may link its own time in its place: the simulator does.
/// Any thread.
struct SteadyClock {
    using duration = std::chrono::nanoseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<SteadyClock, duration>;
    static constexpr bool is_steady = true;

    static time_point now() noexcept;

    /// Asio's WaitTraits: how long to sleep in real time before a timer is looked at again.
    struct Waits {
        static duration to_wait_duration(duration until_due) noexcept;
        static duration to_wait_duration(time_point due) noexcept;
    };
};

}  // namespace chat
