#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <queue>
#include <random>
#include <string>
#include <vector>

#include "tests/simulation/simulated_time.hpp"

namespace chat::test {

class Process;

/// Time, chance and the order of things in one simulated run: everything random comes from one seed, and time passes
/// only when no process has anything to do. One thread.
class World {
public:
    using Duration = std::chrono::nanoseconds;
    using Moment = SimulatedTime::Moment;

    /// `trace`: where the schedule is told, line by line; nothing: it is not.
    World(std::uint64_t seed, std::function<void(const std::string&)> trace);

    Moment now() const { return SimulatedTime::now; }

    // Chance.
    std::uint64_t next() { return random_(); }
    /// Both inclusive.
    std::int64_t between(std::int64_t least, std::int64_t most);
    bool chance(double probability) { return fraction() < probability; }
    double fraction() { return static_cast<double>(random_() >> 11) * 0x1.0p-53; }
    /// Mostly short, sometimes long: as networks are.
    Duration delay(Duration typical);

    /// Later, in the order of time, then of asking.
    void after(Duration delay, std::function<void()> what);

    void add(Process& process) { processes_.push_back(&process); }

    /// Lets things happen until `done`, or until that much time has passed (false).
    bool run(const std::function<bool()>& done, Duration most);

    bool tracing() const { return static_cast<bool>(trace_); }
    void tell(const std::string& what) const;
    std::uint64_t steps() const { return steps_; }

private:
    struct Event {
        Moment due;
        std::uint64_t order;
        std::function<void()> what;
        bool operator<(const Event& other) const {  // the queue's top is the greatest
            return due != other.due ? due > other.due : order > other.order;
        }
    };
    Process* pick_ready();

    std::mt19937_64 random_;
    std::function<void(const std::string&)> trace_;
    std::priority_queue<Event> events_;
    std::uint64_t asked_ = 0, steps_ = 0;
    std::vector<Process*> processes_;
    std::vector<Process*> ready_;
};

}  // namespace chat::test
