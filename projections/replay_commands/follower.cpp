#include "projections/replay_commands/follower.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <set>
#include <utility>

#include "events/log_cut.hpp"

namespace chat {
namespace {

/// All partitions, for good.
class AllPartitions final : public PartitionAssignment {
public:
    AllPartitions(const asio::any_io_executor& executor, std::int32_t partitions)
        : never_(executor, std::chrono::steady_clock::time_point::max()) {
        for (std::int32_t i = 0; i < partitions; ++i) all_.insert(Partition(i));
    }

    asio::awaitable<std::set<Partition>> changed(std::optional<std::set<Partition>> known) override {
        if (known == all_) co_await never_.async_wait(asio::use_awaitable);
        co_return all_;
    }

private:
    std::set<Partition> all_;
    asio::steady_timer never_;
};

}  // namespace

class Follower::Observer final : public ProjectorObserver {
public:
    explicit Observer(Logger logger) : logger_(std::move(logger)) {}

    void outage(Partition partition, std::string_view why) override {
        if (!std::exchange(told_, true)) logger_->warn("partition {}: {}; it is tried again", partition.value(), why);
    }
    void log_cut(Partition partition, std::string_view evidence) override {
        cut = "partition " + std::to_string(partition.value()) + ": " + std::string(evidence);
    }
    void recovered(Partition) override { told_ = false; }

    std::optional<std::string> cut;

private:
    Logger logger_;
    bool told_ = false;
};

struct Follower::Run {
    Run(const asio::any_io_executor& executor, RecordSource& source, ReadModelStore& store, Observer& observer,
        const ProjectorOptions& options)
        : assignment(executor, source.partitions()),
          projector(executor, source, store, assignment, observer, options),
          ended(executor) {}

    AllPartitions assignment;
    Projector projector;
    StopEvent ended;
    std::exception_ptr failure;
};

Follower::Follower(asio::any_io_executor executor, RecordSource& source, PostgresOptions schema,
                   const Settings& settings, Logger logger)
    : executor_(executor),
      source_(source),
      pool_(std::move(schema)),
      store_(pool_),
      observer_(std::make_shared<Observer>(std::move(logger))) {
    options_.batch_records = settings.batch;
    options_.answers_kept = settings.command_keys_kept;
}

void Follower::start() {
    run_ = std::make_shared<Run>(executor_, source_, store_, *observer_, options_);
    asio::co_spawn(executor_, run_->projector.run(), [run = run_, observer = observer_](std::exception_ptr thrown) {
        run->failure = thrown;
        run->ended.stop();
    });
}

asio::awaitable<void> Follower::stop() {
    const std::shared_ptr<Run> run = std::exchange(run_, nullptr);
    if (!run) co_return;
    run->projector.stop();
    co_await run->ended.wait();
    if (run->failure) std::rethrow_exception(run->failure);
}

asio::awaitable<std::int64_t> Follower::behind() {
    if (run_ && run_->failure) std::rethrow_exception(run_->failure);
    if (observer_->cut) throw LogCut(*observer_->cut);
    std::int64_t records = 0;
    for (std::int32_t i = 0; i < source_.partitions(); ++i) {
        const NextOffset end = co_await source_.end(Partition(i));
        const Checkpoint at = co_await store_.checkpoint(Partition(i));
        records += end.value() - at.next_offset.value();
    }
    co_return records;
}

}  // namespace chat
