#include "infra/config/run_until_signal.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <utility>

namespace chat {

asio::awaitable<void> first_of(std::vector<asio::awaitable<void>> work) {
    const auto executor = co_await asio::this_coro::executor;
    using Operation = decltype(asio::co_spawn(executor, std::declval<asio::awaitable<void>>(), asio::deferred));
    std::vector<Operation> operations;
    for (auto& one : work) operations.push_back(asio::co_spawn(executor, std::move(one), asio::deferred));
    auto group = asio::experimental::make_parallel_group(std::move(operations));
    const auto ended = co_await group.async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
    const auto& [order, errors] = ended;
    if (const auto& error = errors[order.front()]) std::rethrow_exception(error);
}

namespace {

asio::awaitable<void> start_then_serve(Phases& phases, bool& serving) {
    co_await phases.start();
    serving = true;
    notify_systemd("READY=1");
    co_await phases.serve();
}

asio::awaitable<void> all_of(Phases& phases, bool& serving) {
    std::vector<asio::awaitable<void>> work = std::move(phases.background);
    work.push_back(start_then_serve(phases, serving));
    co_await first_of(std::move(work));
}

/// As nohup leaves it.
bool is_ignored(int signal) {
    struct sigaction now {};
    return ::sigaction(signal, nullptr, &now) == 0 && now.sa_handler == SIG_IGN;
}

}  // namespace

int run_until_signal(asio::io_context& io, std::chrono::milliseconds grace, Phases phases) {
    bool serving = false;
    bool interrupted = false;
    bool ended = false;
    std::exception_ptr error;
    asio::cancellation_signal cancel;
    asio::signal_set signals(io, SIGTERM, SIGINT);
    if (!is_ignored(SIGHUP)) signals.add(SIGHUP);
    asio::steady_timer patience(io);

    asio::co_spawn(io, all_of(phases, serving),
                   asio::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr thrown) {
                       ended = true;
                       error = thrown;
                       signals.cancel();
                       patience.cancel();
                       io.stop();  // what is left (resolvers, idle timers) has nobody to answer to
                   }));
    signals.async_wait([&](boost::system::error_code failed, int) {
        if (failed) return;
        interrupted = true;
        signals.clear();  // back to the default action: a second signal kills
        notify_systemd("STOPPING=1");
        if (!serving) {
            cancel.emit(asio::cancellation_type::terminal);
            return;
        }
        patience.expires_after(grace);
        patience.async_wait([&](boost::system::error_code stopped) {
            if (!stopped) io.stop();
        });
        phases.stop();
    });
    io.run();
    if (!ended) return 1;
    // A cancelled start ends by operation_aborted or whatever its retries make of it.
    if (error && !(interrupted && !serving)) std::rethrow_exception(error);
    return 0;
}

void notify_systemd(std::string_view state) noexcept {
    const char* path = std::getenv("NOTIFY_SOCKET");
    sockaddr_un address{};
    if (path == nullptr || *path == '\0' || std::strlen(path) >= sizeof address.sun_path) return;
    address.sun_family = AF_UNIX;
    const std::size_t length = std::strlen(path);
    std::memcpy(address.sun_path, path, length);
    if (address.sun_path[0] == '@') address.sun_path[0] = '\0';  // the abstract namespace, as sd_notify(3) writes it
    const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (socket < 0) return;
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
    // A lost notification is systemd's to notice; there is nothing to do about it here.
    (void)::sendto(socket, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address), size);
    ::close(socket);
}

}  // namespace chat
