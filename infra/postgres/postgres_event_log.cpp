#include "infra/postgres/postgres_event_log.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

#include "infra/postgres/make_partitions.hpp"
#include "infra/postgres/partition_notice.hpp"
#include "infra/postgres/read_records.hpp"

namespace chat {
namespace {

PostgresOptions for_reading(PostgresOptions options) {
    options.connections = 1;  // so that another session means another connection, and maybe another log
    return options;
}

template <class Value>
struct FromSession {
    std::uint64_t session;
    Value value;
};

}  // namespace

/// What is known of a partition.
struct PostgresEventLog::Tail {
    std::optional<NextOffset> end;  // at least so far; nothing until asked, and after a connection broke
    NextOffset least;               // likewise, until the reader has been told that it may be another log
    KeptAppends kept;
    std::optional<std::uint64_t> losses;  // that the reader has been told of; nothing until the first read
    asio::steady_timer* waiting = nullptr;

    void wake() {
        if (waiting) waiting->cancel();
    }
    void learn(NextOffset next) {
        least = std::max(least, next);
        if (end && next <= *end) return;
        end = next;
        wake();
    }
    /// From a query that began when `before` was the known end. Less than that: the log was cut; who reads finds out.
    void learn(NextOffset next, std::optional<NextOffset> before) {
        if (before && next < *before) {
            end.reset();
            kept.clear();
            wake();
        } else {
            learn(next);
        }
    }
};

PostgresEventLog::PostgresEventLog(asio::any_io_executor executor, PostgresLogOptions options)
    : executor_(executor),
      options_(std::move(options)),
      next_poll_(executor),
      reader_(for_reading(options_.postgres)),
      appender_(executor, options_,
                [this](const auto& records, const auto& offsets, std::uint64_t session) {
                    stored(records, offsets, session);
                }),
      listener_(executor, options_.postgres, "chat_log",
                {.connected = [this] { next_poll_.cancel(); },
                 .notified = [this](std::string_view payload, int backend) { notified(payload, backend); },
                 .lost = [this] { lost(); }}) {
    PostgresSession session(options_.postgres);
    const std::int32_t count = make_partitions(session, options_.partitions);
    for (std::int32_t i = 0; i < count; ++i)
        tails_.push_back(std::make_shared<Tail>(Tail{
            .end = {}, .least = {}, .kept = KeptAppends(options_.kept_records, options_.kept_bytes), .losses = {}}));
}

PostgresEventLog::Tail& PostgresEventLog::tail(Partition partition) const {
    return *tails_.at(static_cast<std::size_t>(partition.value()));
}

asio::awaitable<Delivery> PostgresEventLog::append(Partition partition, std::shared_ptr<const Record> record) {
    NewRecord added{partition, std::move(record), tail(partition).least};  // throws if there is no such partition
    return appender_.append(std::move(added));
}

asio::awaitable<std::vector<StoredRecord>> PostgresEventLog::read(Partition partition, NextOffset next,
                                                                  std::size_t limit) {
    const std::shared_ptr<Tail> tail = tails_.at(static_cast<std::size_t>(partition.value()));
    for (;;) {
        if (tail->losses.value_or(losses_) != losses_) {
            tail->losses = losses_;
            tail->least = {};
            throw Outage("the connection to the log in PostgreSQL was lost");
        }
        tail->losses = losses_;
        std::vector<StoredRecord> kept = tail->kept.from(next, limit);
        if (!kept.empty()) co_return kept;
        if (tail->end == next) {
            co_await wait(tail);
            continue;
        }
        const std::optional<NextOffset> before = tail->end;
        auto found = co_await reader_.run([=](PostgresSession& session) {
            auto records = read_records(session, partition, next, limit);
            return FromSession<ReadRecords>{session.number(), std::move(records)};
        });
        use_session(reader_session_, found.session);
        if (tail->losses != losses_) continue;  // not to be believed before the caller has checked
        tail->learn(found.value.end, before);
        if (next > found.value.end || next < NextOffset(0)) {
            tail->least = {};
            throw LogCut("offset " + std::to_string(next.value()) + " is outside of partition " +
                         std::to_string(partition.value()) + " of the log, which ends at " +
                         std::to_string(found.value.end.value()));
        }
        if (!found.value.records.empty()) co_return std::move(found.value.records);
    }
}

void PostgresEventLog::distrust(Partition partition) {
    Tail& of = tail(partition);
    of.kept.clear();
    of.end.reset();
    of.least = {};
}

/// Until the tail has news, the log lost its connection, or the caller is cancelled.
asio::awaitable<void> PostgresEventLog::wait(std::shared_ptr<Tail> tail) {
    struct Waiting {
        explicit Waiting(const std::shared_ptr<Tail>& of, const asio::any_io_executor& executor)
            : tail(of), timer(executor, asio::steady_timer::time_point::max()) {
            if (tail->waiting) throw std::logic_error("two readers of one partition");
            tail->waiting = &timer;
        }
        Waiting(const Waiting&) = delete;
        Waiting& operator=(const Waiting&) = delete;
        ~Waiting() { tail->waiting = nullptr; }
        std::shared_ptr<Tail> tail;
        asio::steady_timer timer;
    };
    Waiting waiting(tail, executor_);
    boost::system::error_code error;
    co_await waiting.timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
    // Woken and cancelled look the same here; asked next, the coroutine's own state tells.
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none)
        throw boost::system::system_error(asio::error::operation_aborted);
}

asio::awaitable<NextOffset> PostgresEventLog::end(Partition partition) {
    const std::vector<NextOffset> all = co_await ends();
    co_return all.at(static_cast<std::size_t>(partition.value()));
}

/// The end of each partition; those that read hear of them.
asio::awaitable<std::vector<NextOffset>> PostgresEventLog::ends() {
    std::vector<std::optional<NextOffset>> before;
    for (const auto& tail : tails_) before.push_back(tail->end);
    const std::uint64_t losses = losses_;
    auto found = co_await reader_.run([](PostgresSession& session) {
        auto all = read_ends(session);
        return FromSession<std::vector<NextOffset>>{session.number(), std::move(all)};
    });
    use_session(reader_session_, found.session);
    if (found.value.size() != tails_.size()) throw LogCut("the log has another number of partitions than before");
    if (losses == losses_)
        for (std::size_t i = 0; i < tails_.size(); ++i) tails_[i]->learn(found.value[i], before[i]);
    co_return std::move(found.value);
}

asio::awaitable<void> PostgresEventLog::run() {
    using namespace asio::experimental::awaitable_operators;
    co_await (listener_.run() && poll());
}

asio::awaitable<void> PostgresEventLog::poll() {
    for (;;) {
        try {
            co_await ends();
        } catch (const Outage&) {
            lost();
        }
        next_poll_.expires_after(options_.poll);
        boost::system::error_code error;  // cancelled by the listener: poll at once
        co_await next_poll_.async_wait(asio::redirect_error(asio::use_awaitable, error));
        const auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none)
            throw boost::system::system_error(asio::error::operation_aborted);
    }
}

void PostgresEventLog::stored(const std::vector<NewRecord>& records, const std::vector<std::optional<Offset>>& offsets,
                              std::uint64_t session) {
    use_session(appender_session_, session);
    for (std::size_t i = 0; i < records.size(); ++i) {
        if (!offsets[i]) {
            next_poll_.cancel();  // who reads is told at once that the log was cut
            continue;
        }
        Tail& of = tail(records[i].partition);
        if (of.losses) of.kept.add({*offsets[i], records[i].record});  // only for who reads
        of.learn(after(*offsets[i]));
    }
}

/// `<partition> <next_offset>`. What our own appender stored, its answer tells, and with the records.
void PostgresEventLog::notified(std::string_view payload, int backend) {
    if (backend == appender_.backend()) return;
    const auto notice = parse_partition_notice(payload);
    if (notice && notice->partition.value() < partitions()) tail(notice->partition).learn(notice->next);
}

/// Another session than before: the connection broke in between, and the log at the other end may be another one.
void PostgresEventLog::use_session(std::optional<std::uint64_t>& known, std::uint64_t session) {
    const bool changed = known && *known != session;
    known = session;
    if (changed) lost();
}

void PostgresEventLog::lost() {
    ++losses_;
    for (const auto& tail : tails_) {
        tail->end.reset();
        tail->kept.clear();
        tail->wake();
    }
}

}  // namespace chat
