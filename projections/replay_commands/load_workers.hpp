#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "infra/config/program_context.hpp"
#include "infra/config/settings.hpp"
#include "infra/log/logger.hpp"
#include "infra/postgres/postgres_options.hpp"
#include "infra/wiring/event_log.hpp"
#include "projections/replay/partition_load.hpp"

namespace chat {

/// Loads partitions side by side, on threads that each have all of their own: the log, connections, a context. They
/// share the list of partitions and the counts.
class LoadWorkers {
public:
    LoadWorkers(const Settings& settings, Logger logger, PostgresOptions shadow, LoadOptions options,
                std::vector<Partition> partitions, std::size_t threads);
    /// Gives up what is under way and waits for the threads.
    ~LoadWorkers();
    LoadWorkers(const LoadWorkers&) = delete;
    LoadWorkers& operator=(const LoadWorkers&) = delete;

    bool done() const { return running_ == 0; }
    /// The first failure of a thread, once all are done.
    void rethrow() const;
    const LoadCounts& counts() const { return counts_; }

private:
    void work(ProgramContext& io);
    void load(ProgramContext& io);
    asio::awaitable<void> load_all(OpenedLog& log, ReadModelStore& store, BulkLoader& loader);
    asio::awaitable<void> load_all(RecordSource& source, ReadModelStore& store, BulkLoader& loader);
    std::optional<Partition> next();

    const Settings settings_;
    const Logger logger_;
    const PostgresOptions shadow_;
    const LoadOptions options_;
    LoadCounts counts_;
    std::mutex mutex_;  // of the next two
    std::deque<Partition> partitions_;
    std::exception_ptr failure_;
    std::atomic<std::size_t> running_;
    std::vector<std::unique_ptr<ProgramContext>> contexts_;
    std::vector<std::thread> threads_;
};

}  // namespace chat
