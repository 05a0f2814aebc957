#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "events/record.hpp"
#include "events/sleep_watch.hpp"
#include "events/steady_clock.hpp"
#include "projections/fold.hpp"
#include "projections/observer.hpp"
#include "projections/partition_attempts.hpp"
#include "projections/partition_worker.hpp"
#include "projections/ports/read_model_store.hpp"
#include "projections/ports/record_source.hpp"
#include "projections/stop_event.hpp"

namespace chat {

struct ProjectorOptions {
    std::size_t batch_records = 5000;            // in one transaction, at most
    std::size_t batch_bytes = 16 << 20;          // of its records; one that is larger goes alone
    std::size_t overlap_from = 100;              // a batch of so many is committed while the next is prepared
    std::size_t known_streams = 20'000;          // users whose stream heads are kept, for each partition
    std::chrono::milliseconds least_pause{200};  // after the first failure
    /// Doubles up to this. Short, as readers wait for the projector: at most a second behind a database that is back.
    std::chrono::milliseconds longest_pause{1000};
    std::chrono::milliseconds lag_interval{5000};    // between two measurements
    std::chrono::milliseconds check_interval{1000};  // between two looks at the checkpoint
    std::chrono::milliseconds asleep_after{3000};    // who did not look for so long was suspended, or the database slow
    std::chrono::seconds answers_kept{std::chrono::hours(24 * 30)};  // to commands with a key
    std::chrono::milliseconds forget_interval{3'600'000};            // between two looks for older ones
    std::function<double()> random;                                  // in [0, 1), for jitter
};

/// Brings the read model on with one partition of the log, batch by batch. While one batch is committed the next is
/// read and folded. Crashes, doubled owners and unknown commits are all met the same way: the position is the
/// checkpoint that stands with the rows and moves with them by compare-and-set, so who fails reads it again. On one
/// executor; `run` once. What it is given outlives it.
class PartitionProjection final : public PartitionWorker {
public:
    PartitionProjection(asio::any_io_executor executor, Partition partition, RecordSource& source,
                        ReadModelStore& store, ProjectorObserver& observer, const ProjectorOptions& options);

    asio::awaitable<void> run() override;
    void stop() override { attempts_.stop(); }
    void retry_now() override { attempts_.retry_now(); }
    void on_recovery(std::function<void()> hook) override { attempts_.on_recovery(std::move(hook)); }
    asio::awaitable<void> measure_lag() override;
    /// The read model may hold less than this has applied: a database that crashed loses its last commits, and nothing
    /// else tells while the log has nothing new. And if the process was suspended, either may be another one.
    asio::awaitable<void> check_position() override;
    const std::optional<std::string>& trouble() const override { return attempts_.trouble(); }
    std::int64_t foreign() const override { return foreign_; }

private:
    struct Prepared {
        NextOffset from;
        std::size_t records;
        Folded folded;
        KnownStreams streams;  // as the batch leaves them
    };
    asio::awaitable<void> project();
    asio::awaitable<NextOffset> believed_checkpoint();
    asio::awaitable<std::optional<Prepared>> prepare(NextOffset from, const KnownStreams& in_flight);
    asio::awaitable<std::optional<Prepared>> commit_then_prepare(Prepared current);
    asio::awaitable<std::optional<Prepared>> commit_while_preparing(Prepared current);
    asio::awaitable<void> commit(Prepared& current);
    asio::awaitable<std::optional<std::vector<StoredRecord>>> next_records(NextOffset from);
    asio::awaitable<KnownStreams> streams_before(NextOffset from, const std::vector<StoredRecord>& records,
                                                 const KnownStreams& in_flight);
    void remember(const KnownStreams& committed);
    void tell(const Folded& folded, SteadyClock::duration took);

    asio::any_io_executor executor_;
    Partition partition_;
    RecordSource& source_;
    ReadModelStore& store_;
    ProjectorObserver& observer_;
    const ProjectorOptions& options_;
    PartitionAttempts attempts_;
    std::optional<StopEvent> set_back_;  // the read model, while the log is read
    SleepWatch sleep_;

    KnownStreams known_;                 // as committed; what a batch under way changes is not in it
    std::vector<StoredRecord> read_on_;  // read already, of no batch yet
    std::optional<NextOffset> applied_;  // the checkpoint as last read or moved
    Edition edition_{};                  // .. and what it, and `known_`, were read of
    std::int64_t foreign_ = 0;
};

}  // namespace chat
