#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <string_view>
#include <vector>

namespace chat {

namespace asio = boost::asio;

/// Ends, or throws, with the first of `work` that does; the others are cancelled and waited for.
asio::awaitable<void> first_of(std::vector<asio::awaitable<void>> work);

/// A program that serves. `background` runs beside both phases and must not end before them.
struct Phases {
    std::vector<asio::awaitable<void>> background;
    /// Connects to what the program needs. A signal cancels it.
    std::function<asio::awaitable<void>()> start;
    /// Begins when `start` is done (then systemd hears READY=1) and ends soon after `stop` was called.
    std::function<asio::awaitable<void>()> serve;
    std::function<void()> stop;
};

/// Runs `io` until `serve` has ended; 0. Throws what any part of it throws. On SIGTERM, SIGINT, or SIGHUP unless that
/// is ignored: a start is given up at once; serving is asked to stop and has `grace` for it, after which the rest is
/// dropped (exit code 1). A second signal kills.
int run_until_signal(asio::io_context& io, std::chrono::milliseconds grace, Phases phases);

/// Tells systemd (Type=notify) by a datagram to $NOTIFY_SOCKET; nothing if that is not set. Never throws.
void notify_systemd(std::string_view state) noexcept;

}  // namespace chat
