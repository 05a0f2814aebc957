#include "infra/metrics/projector_observer.hpp"

#include <algorithm>
#include <utility>

namespace chat {
namespace {

const prometheus::Histogram::BucketBoundaries batch_buckets{1,   2,   5,    10,   20,   50,   100,
                                                            200, 500, 1000, 2000, 5000, 10000};

}  // namespace

PrometheusProjectorObserver::PrometheusProjectorObserver(Metrics& metrics, Logger logger, WorkNames names)
    : logger_(std::move(logger)),
      names_(std::move(names)),
      lag_(metrics.gauges(names_.metric + "_lag_records", "Records of the log that are not " + names_.done + " yet")),
      partitions_(metrics.gauge(names_.metric + "_partitions", "Partitions that this " + names_.worker + " works on")),
      damaged_(metrics.gauge(names_.metric + "_partitions_cut",
                             "Of them, those not " + names_.done + " since the log lacks what was read from it")),
      batch_records_(
          metrics.histograms(names_.metric + "_batch_records", "Records in one transaction").Add({}, batch_buckets)),
      commit_seconds_(metrics.times(names_.metric + "_commit_seconds", "One transaction")),
      events_(metrics.counter(names_.metric + "_events_total", "Events " + names_.done)),
      voids_(metrics.counter("chat_records_void_total", "Records that came second to another writer's, or twice")),
      foreign_(metrics.counter("chat_records_foreign_total", "Records that are no event of ours")),
      held_(metrics.counter("chat_records_held_total", "Records of quarantined streams, not " + names_.done)),
      quarantined_(metrics.counter("chat_streams_quarantined_total", "Streams found with a gap")),
      checkpoints_lost_(metrics.counter(names_.metric + "_checkpoints_lost_total",
                                        "Batches given up since another " + names_.worker + " was first")),
      outages_(
          metrics.counter(names_.metric + "_outages_total", "Attempts that the log or the database did not answer")),
      cuts_(metrics.counter("chat_log_cuts_total", "Attempts that found the log without what was read from it")) {}

bool PrometheusProjectorObserver::begins(Partition partition, Trouble trouble) {
    const auto [at, is_new] = troubles_.try_emplace(partition, trouble);
    if (!is_new && at->second == trouble) return false;
    at->second = trouble;
    count_damaged();
    return true;
}

bool PrometheusProjectorObserver::has(Trouble trouble) const {
    return std::ranges::any_of(troubles_, [trouble](const auto& entry) { return entry.second == trouble; });
}

void PrometheusProjectorObserver::count_damaged() {
    const auto is_cut = [](const auto& entry) { return entry.second == Trouble::cut; };
    damaged_.Set(static_cast<double>(std::ranges::count_if(troubles_, is_cut)));
}

void PrometheusProjectorObserver::started(Partition partition) {
    lags_[partition] = &lag_.Add({{"partition", std::to_string(partition.value())}});
    partitions_.Set(static_cast<double>(lags_.size()));
    logger_->debug("partition {}: {}", partition.value(), names_.doing);
}

void PrometheusProjectorObserver::stopped(Partition partition) {
    if (const auto at = lags_.find(partition); at != lags_.end()) {
        lag_.Remove(at->second);
        lags_.erase(at);
    }
    partitions_.Set(static_cast<double>(lags_.size()));
    recovered(partition);
}

void PrometheusProjectorObserver::committed(Partition, const BatchCounts& counts, Duration took) {
    batch_records_.Observe(static_cast<double>(counts.records()));
    commit_seconds_.Observe(in_seconds(took));
    events_.Increment(static_cast<double>(counts.events));
    voids_.Increment(static_cast<double>(counts.voids));
    foreign_.Increment(static_cast<double>(counts.foreign));
    held_.Increment(static_cast<double>(counts.held));
}

void PrometheusProjectorObserver::lag(Partition partition, std::int64_t records) {
    if (const auto at = lags_.find(partition); at != lags_.end()) at->second->Set(static_cast<double>(records));
}

void PrometheusProjectorObserver::foreign_record(Partition partition, Offset offset, std::string_view why) {
    if (has_foreign_.insert(partition).second)
        logger_->warn("partition {}: offset {} is no event of ours, skipped: {}; further ones are only counted",
                      partition.value(), offset.value(), why);
}

void PrometheusProjectorObserver::quarantined(const UserId& user, Partition partition, Offset offset,
                                              std::string_view why) {
    quarantined_.Increment();
    logger_->error("user {}: quarantined at partition {}, offset {}, nothing more is {} until chat-replay decides: {}",
                   user.value(), partition.value(), offset.value(), names_.done, why);
}

void PrometheusProjectorObserver::checkpoint_lost(Partition partition) {
    checkpoints_lost_.Increment();
    logger_->debug("partition {}: another {} moved the {}, or the rows are others", partition.value(), names_.worker,
                   names_.place);
}

void PrometheusProjectorObserver::outage(Partition partition, std::string_view why) {
    outages_.Increment();
    const bool first = !has(Trouble::outage);
    if (!begins(partition, Trouble::outage)) return;
    // What is away is mostly away for all of them: one line, not one for each partition.
    logger_->log(first ? spdlog::level::err : spdlog::level::debug,
                 "partition {}: not {} until all that it takes answers again: {}", partition.value(), names_.done, why);
}

void PrometheusProjectorObserver::log_cut(Partition partition, std::string_view evidence) {
    cuts_.Increment();
    if (begins(partition, Trouble::cut))
        logger_->error("partition {}: THE LOG WAS CUT, not {} until an operator decides: {}", partition.value(),
                       names_.done, evidence);
}

void PrometheusProjectorObserver::recovered(Partition partition) {
    const auto at = troubles_.find(partition);
    if (at == troubles_.end()) return;
    const Trouble trouble = at->second;
    troubles_.erase(at);
    count_damaged();
    if (!lags_.contains(partition)) return;  // no longer ours
    if (trouble == Trouble::cut) logger_->info("partition {}: {} again", partition.value(), names_.done);
    if (trouble == Trouble::outage && !has(Trouble::outage)) logger_->info("all partitions are {} again", names_.done);
}

}  // namespace chat
