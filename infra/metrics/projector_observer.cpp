#include "infra/metrics/projector_observer.hpp"

#include <algorithm>
#include <utility>

namespace chat {
namespace {

const prometheus::Histogram::BucketBoundaries batch_buckets{1,   2,   5,    10,   20,   50,   100,
                                                            200, 500, 1000, 2000, 5000, 10000};

}  // namespace

PrometheusProjectorObserver::PrometheusProjectorObserver(Metrics& metrics, Logger logger)
    : logger_(std::move(logger)),
      lag_(metrics.gauges("chat_projection_lag_records", "Records of the log that are not applied yet")),
      partitions_(metrics.gauge("chat_projection_partitions", "Partitions that this projector works on")),
      damaged_(metrics.gauge("chat_projection_partitions_cut",
                             "Of them, those not projected since the log lacks what was applied from it")),
      batch_records_(
          metrics.histograms("chat_projection_batch_records", "Records in one transaction").Add({}, batch_buckets)),
      commit_seconds_(metrics.times("chat_projection_commit_seconds", "One transaction")),
      events_(metrics.counter("chat_projection_events_total", "Events applied")),
      voids_(metrics.counter("chat_records_void_total", "Records that came second to another writer's, or twice")),
      foreign_(metrics.counter("chat_records_foreign_total", "Records that are no event of ours")),
      held_(metrics.counter("chat_records_held_total", "Records of quarantined streams, not applied")),
      quarantined_(metrics.counter("chat_streams_quarantined_total", "Streams found with a gap")),
      checkpoints_lost_(metrics.counter("chat_projection_checkpoints_lost_total",
                                        "Batches given up since another projector was first")),
      outages_(
          metrics.counter("chat_projection_outages_total", "Attempts that the log or the database did not answer")),
      cuts_(metrics.counter("chat_log_cuts_total", "Attempts that found the log without what was applied from it")) {}

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
    logger_->debug("partition {}: projecting", partition.value());
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
    logger_->error("user {}: quarantined at partition {}, offset {}, nothing is applied until chat-replay decides: {}",
                   user.value(), partition.value(), offset.value(), why);
}

void PrometheusProjectorObserver::checkpoint_lost(Partition partition) {
    checkpoints_lost_.Increment();
    logger_->debug("partition {}: another projector moved the checkpoint", partition.value());
}

void PrometheusProjectorObserver::outage(Partition partition, std::string_view why) {
    outages_.Increment();
    const bool first = !has(Trouble::outage);
    if (!begins(partition, Trouble::outage)) return;
    // What is away is mostly away for all of them: one line, not one for each partition.
    logger_->log(first ? spdlog::level::err : spdlog::level::debug,
                 "partition {}: not projected until the log and the database answer: {}", partition.value(), why);
}

void PrometheusProjectorObserver::log_cut(Partition partition, std::string_view evidence) {
    cuts_.Increment();
    if (begins(partition, Trouble::cut))
        logger_->error("partition {}: THE LOG WAS CUT, not projected until chat-replay decides: {}", partition.value(),
                       evidence);
}

void PrometheusProjectorObserver::recovered(Partition partition) {
    const auto at = troubles_.find(partition);
    if (at == troubles_.end()) return;
    const Trouble trouble = at->second;
    troubles_.erase(at);
    count_damaged();
    if (!lags_.contains(partition)) return;  // no longer ours
    if (trouble == Trouble::cut) logger_->info("partition {}: projected again", partition.value());
    if (trouble == Trouble::outage && !has(Trouble::outage)) logger_->info("all partitions are projected again");
}

}  // namespace chat
