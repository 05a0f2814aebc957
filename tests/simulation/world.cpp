#include "tests/simulation/world.hpp"

#include <algorithm>
#include <utility>

#include "tests/simulation/process.hpp"

namespace chat::test {

World::World(std::uint64_t seed, std::function<void(const std::string&)> trace)
    : random_(seed), trace_(std::move(trace)) {
    SimulatedTime::now = Moment(std::chrono::hours(1));
}

std::int64_t World::between(std::int64_t least, std::int64_t most) {
    return least + static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(most - least + 1));
}

World::Duration World::delay(Duration typical) {
    const double times = chance(0.05) ? 2 + 20 * fraction() : 0.2 + 1.3 * fraction();
    return std::chrono::duration_cast<Duration>(typical * times) + Duration(1);
}

void World::after(Duration delay, std::function<void()> what) {
    events_.push({now() + delay, asked_++, std::move(what)});
}

void World::tell(const std::string& what) const {
    if (!trace_) return;
    const auto micros =
        std::chrono::duration_cast<std::chrono::microseconds>(now().time_since_epoch() - std::chrono::hours(1)).count();
    trace_(std::to_string(micros / 1000) + "." + std::to_string(1000 + micros % 1000).substr(1) + " ms  " + what);
}

Process* World::pick_ready() {
    ready_.clear();
    for (Process* process : processes_)
        if (process->ready()) ready_.push_back(process);
    if (ready_.empty()) return nullptr;
    return ready_.size() == 1 ? ready_.front() : ready_[next() % ready_.size()];
}

bool World::run(const std::function<bool()>& done, Duration most) {
    const Moment end = now() + most;
    while (!done()) {
        if (Process* process = pick_ready()) {
            ++steps_;
            process->step();
            continue;
        }
        Moment next = events_.empty() ? Moment::max() : events_.top().due;
        for (const Process* process : processes_) next = std::min(next, process->next_due());
        if (next > end) {
            SimulatedTime::now = end;
            return false;
        }
        SimulatedTime::now = std::max(now(), next);
        for (Process* process : processes_) process->time_passed();
        while (!events_.empty() && events_.top().due <= now()) {
            // Moved out before it runs, as it may ask for more.
            const auto what = std::move(const_cast<Event&>(events_.top()).what);
            events_.pop();
            what();
        }
    }
    return true;
}

}  // namespace chat::test
