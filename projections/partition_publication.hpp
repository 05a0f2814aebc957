#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "events/steady_clock.hpp"
#include "projections/observer.hpp"
#include "projections/partition_attempts.hpp"
#include "projections/partition_worker.hpp"
#include "projections/ports/public_topic.hpp"
#include "projections/ports/publication_store.hpp"
#include "projections/ports/record_source.hpp"
#include "projections/public_record.hpp"
#include "projections/publication.hpp"

namespace chat {

struct PublisherOptions {
    PublicTexts texts = PublicTexts::full;
    TextHash hash{};                                // for PublicTexts::hashed
    std::size_t batch_records = 5000;               // in one transaction, at most
    std::size_t batch_bytes = 4 << 20;              // of its records; one that is larger goes alone
    std::size_t known_streams = 20'000;             // users whose stream heads are kept, for each partition
    std::size_t unsaved_records = 50'000;           // passed since the mark was saved, at most
    std::chrono::milliseconds save_interval{5000};  // .. and how old the mark may get while records come
    std::chrono::milliseconds least_pause{200};     // after the first failure
    std::chrono::milliseconds longest_pause{5000};
    std::chrono::milliseconds lag_interval{5000};  // between two measurements
    std::function<double()> random;                // in [0, 1), for jitter
};

/// Publishes what belongs of one partition of the log, in order, each event once. What is published is the truth about
/// how far it got: who takes the partition over looks at the last event that is there, walks from the saved mark to
/// that event without publishing, and goes on behind it. Every failure ends in taking the partition over again. What it
/// is given outlives it.
class PartitionPublication final : public PartitionWorker {
public:
    PartitionPublication(asio::any_io_executor executor, Partition partition, RecordSource& source, PublicTopic& topic,
                         PublicationStore& store, ProjectorObserver& observer, const PublisherOptions& options);

    asio::awaitable<void> run() override;
    void stop() override { attempts_.stop(); }
    void retry_now() override { attempts_.retry_now(); }
    void on_recovery(std::function<void()> hook) override { attempts_.on_recovery(std::move(hook)); }
    asio::awaitable<void> measure_lag() override;
    const std::optional<std::string>& trouble() const override { return attempts_.trouble(); }
    std::int64_t foreign() const override { return foreign_; }

private:
    asio::awaitable<void> publish_on();
    asio::awaitable<void> find_place();
    asio::awaitable<void> start_over();
    asio::awaitable<void> walk_to_goal(NextOffset end);
    asio::awaitable<bool> step();
    asio::awaitable<std::optional<std::vector<StoredRecord>>> next_records();
    asio::awaitable<KnownStreams> streams_before(const std::vector<StoredRecord>& records);
    asio::awaitable<void> save();
    asio::awaitable<void> save_if_due();
    asio::awaitable<void> release();
    void passed(Publication publication);

    asio::any_io_executor executor_;
    Partition partition_;
    RecordSource& source_;
    PublicTopic& topic_;
    PublicationStore& store_;
    ProjectorObserver& observer_;
    const PublisherOptions& options_;
    PartitionAttempts attempts_;

    PublicationMark at_;           // what is passed: published, or known to be void
    std::optional<EventId> goal_;  // the last event in the topic, until the walk from the mark has met it
    NextOffset saved_;             // where the store's mark is
    SteadyClock::time_point saved_when_;
    KnownStreams unsaved_;               // changed since then
    KnownStreams known_;                 // as at `saved_`; may be dropped
    std::vector<StoredRecord> read_on_;  // read already, not passed yet
    std::optional<NextOffset> applied_;  // for the lag
    std::int64_t foreign_ = 0;
};

}  // namespace chat
