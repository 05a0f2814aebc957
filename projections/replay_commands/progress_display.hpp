#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace chat {

/// Shows on stderr how far a piece of work is: a bar that is drawn over itself on a terminal, else a plain line every
/// few seconds and at the end. One at a time.
class ProgressDisplay {
public:
    ProgressDisplay();
    ~ProgressDisplay();
    ProgressDisplay(const ProgressDisplay&) = delete;
    ProgressDisplay& operator=(const ProgressDisplay&) = delete;

    /// Ends what was shown before.
    void begin(std::string what, std::string unit, std::int64_t total);
    void add(std::int64_t done) { at(done_ + done); }
    void at(std::int64_t done);
    void at(std::int64_t done, std::int64_t total);
    /// The last line of this piece of work, if one was begun.
    void end();
    /// A line by itself, beside a bar too.
    void say(const std::string& line);

private:
    void show(bool last);

    using Clock = std::chrono::steady_clock;
    const bool terminal_;
    std::size_t columns_;
    std::string what_;
    std::string unit_;
    std::int64_t done_ = 0;
    std::int64_t total_ = 0;
    bool drawn_ = false;  // there is a bar on the terminal's line
    Clock::time_point began_;
    Clock::time_point shown_;
    Clock::time_point measured_;
    std::int64_t measured_done_ = 0;
    double rate_ = 0;
};

}  // namespace chat
