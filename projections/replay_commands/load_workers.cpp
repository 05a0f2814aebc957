#include "projections/replay_commands/load_workers.hpp"

#include <boost/asio/co_spawn.hpp>

#include <utility>

#include "infra/config/run_until_signal.hpp"
#include "infra/postgres/postgres_bulk_loader.hpp"
#include "infra/postgres/postgres_log_scan.hpp"
#include "infra/postgres/postgres_pool.hpp"
#include "infra/postgres/postgres_read_model_store.hpp"

namespace chat {

LoadWorkers::LoadWorkers(const Settings& settings, Logger logger, PostgresOptions shadow, LoadOptions options,
                         std::vector<Partition> partitions, std::size_t threads)
    : settings_(settings),
      logger_(std::move(logger)),
      shadow_(std::move(shadow)),
      options_(options),
      partitions_(partitions.begin(), partitions.end()),
      running_(threads) {
    for (std::size_t i = 0; i < threads; ++i) contexts_.push_back(std::make_unique<ProgramContext>());
    for (const auto& context : contexts_) threads_.emplace_back([this, io = context.get()] { work(*io); });
}

LoadWorkers::~LoadWorkers() {
    counts_.stop = true;
    for (const auto& context : contexts_) context->stop();
    for (std::thread& thread : threads_) thread.join();
}

void LoadWorkers::rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
}

std::optional<Partition> LoadWorkers::next() {
    const std::lock_guard lock(mutex_);
    if (partitions_.empty() || counts_.stop) return std::nullopt;
    const Partition partition = partitions_.front();
    partitions_.pop_front();
    return partition;
}

void LoadWorkers::work(ProgramContext& io) {
    try {
        load(io);
    } catch (...) {
        const std::lock_guard lock(mutex_);
        if (!failure_) failure_ = std::current_exception();
        counts_.stop = true;
    }
    --running_;
}

void LoadWorkers::load(ProgramContext& io) {
    PostgresOptions one = shadow_;
    one.connections = 1;
    PostgresPool pool(one);
    PostgresReadModelStore store(pool);
    PostgresBulkLoader loader(shadow_);
    const auto log = make_event_log(io.get_executor(), settings_, Program::replay, logger_);
    const ProgramContext::Drop drop{io};
    std::exception_ptr failure;
    std::vector<asio::awaitable<void>> work;
    work.push_back(log->run());
    work.push_back(load_all(*log, store, loader));
    asio::co_spawn(io, first_of(std::move(work)), [&](std::exception_ptr thrown) {
        failure = thrown;
        io.stop();
    });
    io.run();
    if (failure) std::rethrow_exception(failure);
}

asio::awaitable<void> LoadWorkers::load_all(OpenedLog& log, ReadModelStore& store, BulkLoader& loader) {
    co_await log.open();
    std::optional<PostgresLogScan> scan;
    if (!settings_.kafka) {
        PostgresOptions log_options = shadow_;
        log_options.schema.clear();
        scan.emplace(log.source(), log_options);
    }
    RecordSource& source = scan ? static_cast<RecordSource&>(*scan) : log.source();
    co_await load_all(source, store, loader);
}

asio::awaitable<void> LoadWorkers::load_all(RecordSource& source, ReadModelStore& store, BulkLoader& loader) {
    while (const auto partition = next()) co_await load_partition(*partition, source, store, loader, options_, counts_);
}

}  // namespace chat
