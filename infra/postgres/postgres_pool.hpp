#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "events/outage.hpp"
#include "infra/postgres/postgres_options.hpp"

namespace chat {

namespace asio = boost::asio;

class PostgresSession;

/// Threads with a connection each, for calls that block. A job runs on one of them, values in and values out; the
/// coroutine resumes on its own executor (a strand, or a context with one thread). Connections are made when needed and
/// again after they broke. Throws Outage: not reachable, connection lost, queue full, or no answer in time; whether a
/// commit happened is then not known. A cancelled coroutine leaves its job to itself. Destroy it before the executor.
class PostgresPool {
public:
    explicit PostgresPool(PostgresOptions options);
    /// Waits for jobs that run, a second at most, then ends their connections; those that wait never complete.
    ~PostgresPool();

    /// `work(session)` without a transaction around it: each statement is its own, one round trip.
    template <class Work>
    asio::awaitable<std::invoke_result_t<Work&, PostgresSession&>> run(Work work) {
        using Value = std::invoke_result_t<Work&, PostgresSession&>;
        if constexpr (std::is_void_v<Value>) {
            std::function<void(PostgresSession&)> job(std::move(work));
            co_await submit(std::move(job));
        } else {
            // Shared, as an abandoned job may end after the coroutine.
            const auto value = std::make_shared<std::optional<Value>>();
            std::function<void(PostgresSession&)> job(
                [value, work = std::move(work)](PostgresSession& session) mutable { value->emplace(work(session)); });
            co_await submit(std::move(job));
            co_return std::move(**value);
        }
    }

    /// The same between BEGIN and COMMIT; ROLLBACK if the work throws.
    template <class Work>
    asio::awaitable<std::invoke_result_t<Work&, PostgresSession&>> transaction(Work work) {
        return run([work = std::move(work)](auto& session) mutable { return session.transaction(work); });
    }

    const PostgresOptions& options() const { return options_; }

    /// Connections that work on a job now; jobs that wait for one.
    std::size_t in_use() const { return in_use_; }
    std::size_t waiting() const { return waiting_; }

private:
    struct Job;
    class Worker;

    asio::awaitable<void> submit(std::function<void(PostgresSession&)> work);
    void enqueue(std::shared_ptr<Job> job);
    /// Nothing: the pool ends.
    std::shared_ptr<Job> next();
    void work(Worker& worker);

    const PostgresOptions options_;
    std::mutex mutex_;  // of queue_ and ending_: the only state that threads share
    std::condition_variable filled_;
    std::condition_variable idle_;  // a job ended
    std::deque<std::shared_ptr<Job>> queue_;
    bool ending_ = false;
    std::atomic<std::size_t> in_use_ = 0;
    std::atomic<std::size_t> waiting_ = 0;
    std::vector<std::unique_ptr<Worker>> workers_;  // of the threads, in their order
    std::vector<std::thread> threads_;
};

}  // namespace chat
