#include "infra/postgres/postgres_pool.hpp"

#include <pthread.h>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <exception>
#include <optional>
#include <string>

#include "infra/postgres/postgres_session.hpp"
#include "infra/postgres/session_slot.hpp"

namespace chat {
namespace {

using Clock = std::chrono::steady_clock;

/// After a failed attempt to connect, jobs fail at once for so long: with an unreachable server each attempt would
/// cost a whole connect timeout.
constexpr std::chrono::milliseconds connect_pause{200};

/// How long jobs that run may go on when the pool ends.
constexpr std::chrono::seconds end_patience{1};

}  // namespace

struct PostgresPool::Job {
    Job(const asio::any_io_executor& io, std::function<void(PostgresSession&)> what, std::chrono::milliseconds timeout)
        : executor(io), done(io, timeout), work(std::move(what)) {}

    asio::any_io_executor executor;
    asio::steady_timer done;  // cancelled when finished; used on `executor` only
    std::function<void(PostgresSession&)> work;
    std::exception_ptr error;
    bool finished = false;                // on `executor` only
    std::atomic<bool> abandoned = false;  // nobody waits any more: need not start
};

/// One thread's connection.
class PostgresPool::Worker {
public:
    explicit Worker(const PostgresOptions& options) : slot_(options) {}

    void run(Job& job) {
        try {
            job.work(connected());
        } catch (...) {
            job.error = std::current_exception();
        }
        job.work = nullptr;  // what it holds ends here, not on the executor
    }
    void interrupt() { slot_.interrupt(); }

private:
    PostgresSession& connected() {
        if (outage_ && Clock::now() < retry_at_) throw Outage(*outage_);
        try {
            PostgresSession& session = slot_.connected();
            outage_.reset();
            return session;
        } catch (const Outage& outage) {
            outage_ = outage.what();
            retry_at_ = Clock::now() + connect_pause;
            throw;
        }
    }

    SessionSlot slot_;
    std::optional<std::string> outage_;
    Clock::time_point retry_at_;
};

PostgresPool::PostgresPool(PostgresOptions options) : options_(std::move(options)) {
    for (std::size_t i = 0; i < options_.connections; ++i) workers_.push_back(std::make_unique<Worker>(options_));
    for (const auto& worker : workers_) {
        threads_.emplace_back([this, &mine = *worker] { work(mine); });
        ::pthread_setname_np(threads_.back().native_handle(), options_.name.substr(0, 15).c_str());
    }
}

PostgresPool::~PostgresPool() {
    {
        std::unique_lock lock(mutex_);
        ending_ = true;
        filled_.notify_all();
        idle_.wait_for(lock, end_patience, [this] { return in_use_ == 0; });
    }
    for (const auto& worker : workers_) worker->interrupt();
    for (std::thread& thread : threads_) thread.join();
}

asio::awaitable<void> PostgresPool::submit(std::function<void(PostgresSession&)> work) {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    const auto job = std::make_shared<Job>(executor, std::move(work), options_.answer_timeout);
    enqueue(job);
    boost::system::error_code error;
    co_await job->done.async_wait(asio::redirect_error(asio::use_awaitable, error));
    if (!job->finished) {
        job->abandoned = true;
        if (error) throw boost::system::system_error(error);
        throw Outage("PostgreSQL did not answer in time");
    }
    if (job->error) std::rethrow_exception(job->error);
}

void PostgresPool::enqueue(std::shared_ptr<Job> job) {
    {
        const std::lock_guard lock(mutex_);
        if (queue_.size() >= options_.queue) throw Outage("too many calls wait for a connection to PostgreSQL");
        queue_.push_back(std::move(job));
        waiting_ = queue_.size();
    }
    filled_.notify_one();
}

std::shared_ptr<PostgresPool::Job> PostgresPool::next() {
    std::unique_lock lock(mutex_);
    filled_.wait(lock, [this] { return ending_ || !queue_.empty(); });
    if (ending_) return nullptr;
    auto job = std::move(queue_.front());
    queue_.pop_front();
    waiting_ = queue_.size();
    ++in_use_;
    return job;
}

void PostgresPool::work(Worker& worker) {
    while (auto job = next()) {
        if (!job->abandoned) worker.run(*job);
        {
            const std::lock_guard lock(mutex_);
            --in_use_;
        }
        idle_.notify_one();
        // The job ends on the executor: its timer must not end on a thread of ours.
        const asio::any_io_executor executor = job->executor;
        asio::post(executor, [job = std::move(job)] {
            job->finished = true;
            job->done.cancel();
        });
    }
}

}  // namespace chat
