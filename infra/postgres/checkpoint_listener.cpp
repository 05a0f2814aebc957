#include "infra/postgres/checkpoint_listener.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

#include "infra/postgres/partition_notice.hpp"
#include "infra/postgres/read_checkpoints.hpp"

namespace chat {

CheckpointListener::CheckpointListener(asio::any_io_executor executor, PostgresOptions options, PostgresPool& pool,
                                       Hooks hooks, std::chrono::milliseconds poll)
    : pool_(pool),
      hooks_(std::move(hooks)),
      interval_(poll),
      next_poll_(executor),
      listener_(executor, std::move(options), "chat_checkpoint",
                {.connected = [this] { next_poll_.cancel(); },
                 .notified = [this](std::string_view payload, int) { notified(payload); },
                 .lost = [] {}}) {}

asio::awaitable<void> CheckpointListener::run() {
    using namespace asio::experimental::awaitable_operators;
    co_await (listener_.run() && poll());
}

void CheckpointListener::notified(std::string_view payload) {
    const auto notice = parse_partition_notice(payload);
    if (!notice) return;
    if (notice->edition) hooks_.edition(notice->partition, *notice->edition);
    ++notifications_[notice->partition];
    // A poll may have told of a later commit already. Only a poll can tell that the read model was set back: then its
    // server restarted, and nothing that was notified before is still to come.
    NextOffset& told = told_[notice->partition];
    if (notice->next <= told) return;
    told = notice->next;
    hooks_.moved(notice->partition, notice->next);
}

asio::awaitable<void> CheckpointListener::poll() {
    for (;;) {
        const auto before = notifications_;
        try {
            const auto checkpoints =
                co_await pool_.run([](PostgresSession& session) { return read_checkpoints(session); });
            // A notification that came meanwhile may be newer than what was read.
            for (const auto& [partition, checkpoint] : checkpoints) {
                hooks_.edition(partition, checkpoint.edition);
                const auto then = before.find(partition);
                const auto now = notifications_.find(partition);
                const bool quiet = now == notifications_.end() || (then != before.end() && then->second == now->second);
                if (!quiet) continue;
                told_[partition] = checkpoint.next_offset;
                hooks_.moved(partition, checkpoint.next_offset);
            }
        } catch (const Outage&) {
            // The next poll tries again; until then nothing moves.
        }
        next_poll_.expires_after(interval_);
        boost::system::error_code error;  // cancelled by the listener: poll at once
        co_await next_poll_.async_wait(asio::redirect_error(asio::use_awaitable, error));
        const auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none)
            throw boost::system::system_error(asio::error::operation_aborted);
    }
}

}  // namespace chat
