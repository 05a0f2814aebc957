#pragma once

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "commands/ports/event_log.hpp"
#include "infra/postgres/append_records.hpp"
#include "infra/postgres/postgres_log_options.hpp"
#include "infra/postgres/session_slot.hpp"

namespace chat {

namespace asio = boost::asio;

/// Appends through one connection on a thread of its own: all that has queued up while one batch was committed is the
/// next one. Two connections would be slower than one, as they fight for the partitions' rows.
class LogAppender {
public:
    /// Called on the executor for each batch that the server has answered, before the appends in it complete, with what
    /// `append_records` gave; `session` is another number for another connection.
    using Stored = std::function<void(const std::vector<NewRecord>& records,
                                      const std::vector<std::optional<Offset>>& offsets, std::uint64_t session)>;

    LogAppender(asio::any_io_executor executor, PostgresLogOptions options, Stored stored);
    /// Waits for the batch that is being sent, a second at most, then ends the connection; appends that wait never
    /// complete.
    ~LogAppender();

    /// As EventLog::append. Throws Outage also if the partition ends before the record's `least`.
    asio::awaitable<Delivery> append(NewRecord record);

    /// The server's process id of the connection, 0 while there is none; any thread.
    int backend() const { return backend_; }
    std::size_t waiting() const { return waiting_; }

private:
    struct Append;
    struct Outcome;
    using Batch = std::vector<std::shared_ptr<Append>>;

    void enqueue(std::shared_ptr<Append> append);
    Batch next();
    Outcome send(const std::vector<NewRecord>& records);
    void run(const std::weak_ptr<const Stored>& stored);

    asio::any_io_executor executor_;
    const PostgresLogOptions options_;
    /// Shared with completions that are on their way when this ends.
    std::shared_ptr<const Stored> stored_;
    SessionSlot slot_;  // the thread's connection
    std::mutex mutex_;  // of what is below, but for the atomics: all that the threads share
    std::condition_variable filled_;
    std::condition_variable idle_;  // a batch was sent
    Batch queue_;
    std::size_t queue_bytes_ = 0;
    bool sending_ = false;
    bool ending_ = false;
    std::atomic<int> backend_ = 0;
    std::atomic<std::size_t> waiting_ = 0;
    std::thread thread_;
};

}  // namespace chat
