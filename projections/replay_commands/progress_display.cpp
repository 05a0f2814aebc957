#include "projections/replay_commands/progress_display.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <utility>

#include "projections/replay/progress_text.hpp"

namespace chat {
namespace {

constexpr std::chrono::milliseconds on_terminal{200};
constexpr std::chrono::milliseconds in_a_file{5000};
constexpr std::chrono::milliseconds measured_over{1000};

std::size_t columns_of_stderr() {
    winsize size{};
    return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col - 1u : 79u;
}

}  // namespace

ProgressDisplay::ProgressDisplay() : terminal_(::isatty(STDERR_FILENO) != 0), columns_(columns_of_stderr()) {}

ProgressDisplay::~ProgressDisplay() {
    if (drawn_) std::fputs("\n", stderr);
}

void ProgressDisplay::begin(std::string what, std::string unit, std::int64_t total) {
    end();
    what_ = std::move(what);
    unit_ = std::move(unit);
    done_ = 0;
    total_ = total;
    began_ = measured_ = Clock::now();
    shown_ = terminal_ ? Clock::time_point() : began_;
    measured_done_ = 0;
    rate_ = 0;
}

void ProgressDisplay::at(std::int64_t done, std::int64_t total) {
    total_ = total;
    at(done);
}

void ProgressDisplay::at(std::int64_t done) {
    done_ = done;
    const auto now = Clock::now();
    if (now - measured_ >= measured_over) {
        const std::chrono::duration<double> time = now - measured_;
        rate_ = static_cast<double>(done_ - measured_done_) / time.count();
        measured_ = now;
        measured_done_ = done_;
    }
    if (now - shown_ < (terminal_ ? on_terminal : in_a_file)) return;
    shown_ = now;
    show(false);
}

void ProgressDisplay::end() {
    if (what_.empty()) return;
    const std::chrono::duration<double> time = Clock::now() - began_;
    if (time.count() > 0) rate_ = static_cast<double>(done_) / time.count();
    show(true);
    what_.clear();
}

void ProgressDisplay::show(bool last) {
    const ProgressState state{
        what_, unit_, done_, total_, std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began_),
        rate_};
    if (!terminal_) {
        std::fprintf(stderr, "%s\n", progress_line(state).c_str());
        return;
    }
    std::fprintf(stderr, "\r\x1b[K%s%s", progress_bar(state, columns_).c_str(), last ? "\n" : "");
    std::fflush(stderr);
    drawn_ = !last;
}

void ProgressDisplay::say(const std::string& line) {
    if (drawn_) std::fputs("\r\x1b[K", stderr);
    drawn_ = false;
    std::fprintf(stderr, "%s\n", line.c_str());
}

}  // namespace chat
