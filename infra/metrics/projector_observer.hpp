#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "infra/log/logger.hpp"
#include "infra/metrics/labelled.hpp"
#include "infra/metrics/metrics.hpp"
#include "projections/observer.hpp"

namespace chat {

/// What metrics and the log call the work on a partition.
struct WorkNames {
    std::string metric = "chat_projection";
    std::string done = "projected";
    std::string doing = "projecting";
    std::string place = "checkpoint";
    std::string worker = "projector";
};

/// Counts the projector (or a publisher), and logs what somebody has to know: each trouble once when it begins and once
/// when it ends. `metrics` outlives it. On one thread.
class PrometheusProjectorObserver final : public ProjectorObserver {
public:
    PrometheusProjectorObserver(Metrics& metrics, Logger logger, WorkNames names = {});

    void started(Partition partition) override;
    void stopped(Partition partition) override;
    void committed(Partition partition, const BatchCounts& counts, Duration took) override;
    void lag(Partition partition, std::int64_t records) override;
    void foreign_record(Partition partition, Offset offset, std::string_view why) override;
    void quarantined(const UserId& user, Partition partition, Offset offset, std::string_view why) override;
    void checkpoint_lost(Partition partition) override;
    void outage(Partition partition, std::string_view why) override;
    void log_cut(Partition partition, std::string_view evidence) override;
    void recovered(Partition partition) override;

private:
    enum class Trouble { outage, cut };
    /// True if this trouble of the partition is news.
    bool begins(Partition partition, Trouble trouble);
    bool has(Trouble trouble) const;
    void count_damaged();

    Logger logger_;
    WorkNames names_;
    prometheus::Family<prometheus::Gauge>& lag_;
    std::map<Partition, prometheus::Gauge*> lags_;  // of the partitions that are ours
    prometheus::Gauge& partitions_;
    prometheus::Gauge& damaged_;
    prometheus::Histogram& batch_records_;
    prometheus::Histogram& commit_seconds_;
    prometheus::Counter& events_;
    prometheus::Counter& voids_;
    prometheus::Counter& foreign_;
    prometheus::Counter& held_;
    prometheus::Counter& quarantined_;
    prometheus::Counter& checkpoints_lost_;
    prometheus::Counter& outages_;
    prometheus::Counter& cuts_;
    std::map<Partition, Trouble> troubles_;
    std::set<Partition> has_foreign_;  // told of already
};

}  // namespace chat
