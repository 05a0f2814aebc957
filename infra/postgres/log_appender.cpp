#include "infra/postgres/log_appender.hpp"

#include <pthread.h>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

namespace chat {
namespace {

/// One transaction holds no more than this; the rest waits for the next.
constexpr std::size_t batch_records = 5'000;

/// How long a batch that is being sent may take when the log ends.
constexpr std::chrono::seconds end_patience{1};

PostgresOptions for_appending(const PostgresLogOptions& options) {
    PostgresOptions postgres = options.postgres;
    postgres.statement_timeout = options.append_timeout;
    return postgres;
}

}  // namespace

struct LogAppender::Append {
    enum class State { queued, sent, given_up };

    Append(const asio::any_io_executor& executor, NewRecord what, std::chrono::milliseconds timeout)
        : record(std::move(what)), bytes(record.record->bytes()), done(executor, timeout) {}

    /// True for whoever takes it out of the queue first: the thread to send it, or the waiting coroutine to give up.
    bool take(State to) {
        State queued = State::queued;
        return state.compare_exchange_strong(queued, to);
    }

    NewRecord record;
    const std::size_t bytes;
    std::atomic<State> state = State::queued;
    asio::steady_timer done;  // cancelled when answered; this and below on the executor only
    std::optional<Delivery> delivery;
    std::exception_ptr error;
};

/// What became of a batch: offsets, an unknown fate, or an error, which says that nothing was stored.
struct LogAppender::Outcome {
    std::vector<std::optional<Offset>> offsets;
    std::string unknown;
    std::exception_ptr error;
    std::uint64_t session = 0;
};

LogAppender::LogAppender(asio::any_io_executor executor, PostgresLogOptions options, Stored stored)
    : executor_(std::move(executor)),
      options_(std::move(options)),
      stored_(std::make_shared<const Stored>(std::move(stored))),
      slot_(for_appending(options_)),
      thread_([this, shared = std::weak_ptr(stored_)] { run(shared); }) {
    ::pthread_setname_np(thread_.native_handle(), "log-appender");
}

LogAppender::~LogAppender() {
    stored_.reset();
    {
        std::unique_lock lock(mutex_);
        ending_ = true;
        filled_.notify_one();
        idle_.wait_for(lock, end_patience, [this] { return !sending_; });
    }
    slot_.interrupt();
    thread_.join();
}

asio::awaitable<Delivery> LogAppender::append(NewRecord record) {
    const auto append = std::make_shared<Append>(executor_, std::move(record), options_.append_timeout);
    enqueue(append);
    boost::system::error_code error;
    co_await append->done.async_wait(asio::redirect_error(asio::use_awaitable, error));
    if (append->error) std::rethrow_exception(append->error);
    if (append->delivery) co_return *append->delivery;
    if (error) throw boost::system::system_error(error);  // cancelled; the record goes its way
    if (append->take(Append::State::given_up)) throw Outage("the log in PostgreSQL takes no records: they pile up");
    co_return DeliveryUnknown{"the log in PostgreSQL did not answer in time"};
}

void LogAppender::enqueue(std::shared_ptr<Append> append) {
    {
        const std::lock_guard lock(mutex_);
        if (queue_.size() >= options_.queue || queue_bytes_ + append->bytes > options_.queue_bytes)
            throw Outage("too many records wait for the log in PostgreSQL");
        queue_bytes_ += append->bytes;
        queue_.push_back(std::move(append));
        waiting_ = queue_.size();
    }
    filled_.notify_one();
}

LogAppender::Batch LogAppender::next() {
    std::unique_lock lock(mutex_);
    filled_.wait(lock, [this] { return ending_ || !queue_.empty(); });
    Batch batch;
    if (ending_) return batch;
    const auto count = static_cast<std::ptrdiff_t>(std::min(queue_.size(), batch_records));
    batch.assign(std::make_move_iterator(queue_.begin()), std::make_move_iterator(queue_.begin() + count));
    queue_.erase(queue_.begin(), queue_.begin() + count);
    for (const auto& append : batch) queue_bytes_ -= append->bytes;
    waiting_ = queue_.size();
    sending_ = true;
    return batch;
}

/// What fails before the statement is handed over was not stored; nor what the server itself refused.
LogAppender::Outcome LogAppender::send(const std::vector<NewRecord>& records) {
    Outcome outcome;
    PostgresSession* session = nullptr;
    try {
        session = &slot_.connected();
        backend_ = session->connection().backendpid();
        outcome.session = session->number();
        outcome.offsets = append_records(*session, records);
    } catch (const Outage& outage) {
        if (session && session->broken())
            outcome.unknown = outage.what();
        else
            outcome.error = std::current_exception();
    } catch (...) {
        outcome.error = std::current_exception();
    }
    return outcome;
}

void LogAppender::run(const std::weak_ptr<const Stored>& stored) {
    for (Batch batch = next(); !batch.empty(); batch = next()) {
        // Records are taken out first, as a coroutine that gives up says that nothing was sent.
        Batch taken;
        std::vector<NewRecord> records;
        for (auto& append : batch) {
            if (append->take(Append::State::sent)) records.push_back(append->record);
            taken.push_back(std::move(append));
        }
        Outcome outcome = records.empty() ? Outcome{} : send(records);
        {
            const std::lock_guard lock(mutex_);
            sending_ = false;
        }
        idle_.notify_one();
        asio::post(executor_, [taken = std::move(taken), records = std::move(records), outcome = std::move(outcome),
                               stored]() mutable {
            if (const auto hook = stored.lock(); hook && !outcome.offsets.empty())
                (*hook)(records, outcome.offsets, outcome.session);
            std::size_t at = 0;
            for (const auto& append : taken) {
                if (append->state != Append::State::sent) continue;
                if (outcome.error)
                    append->error = outcome.error;
                else if (outcome.offsets.empty())
                    append->delivery = DeliveryUnknown{outcome.unknown};
                else if (const auto offset = outcome.offsets[at++])
                    append->delivery = *offset;
                else
                    append->error = std::make_exception_ptr(Outage("the log in PostgreSQL ends before what is known"));
                append->done.cancel();
            }
        });
    }
}

}  // namespace chat
