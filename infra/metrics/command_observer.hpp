#pragma once

#include <set>

#include "commands/observer.hpp"
#include "infra/log/logger.hpp"
#include "infra/metrics/labelled.hpp"
#include "infra/metrics/metrics.hpp"

namespace chat {

/// Counts the write path, and logs what somebody has to know: each trouble once when it begins and once when it ends.
/// `metrics` outlives it. On one thread.
class PrometheusCommandObserver final : public CommandObserver {
public:
    PrometheusCommandObserver(Metrics& metrics, Logger logger);

    void command_done(std::string_view command, std::string_view outcome, Duration took) override;
    void settled(Duration took, bool belongs) override;
    void appended_again(Partition partition, std::string_view why) override;
    void tail_failed(Partition partition, std::string_view why) override;
    void tail_recovered(Partition partition) override;
    void log_cut(Partition partition, std::string_view evidence) override;
    void quarantined(const UserId& user, std::string_view why) override;
    void lost(const UserId& user, Sequence known) override;
    void foreign_record(Partition partition, Offset offset, std::string_view why) override;
    void kept(std::size_t hot_users, std::size_t hot_bytes, std::size_t tail_records) override;

private:
    Logger logger_;
    Labelled<prometheus::Counter, 2> commands_;
    prometheus::Histogram& command_seconds_;
    prometheus::Histogram& append_seconds_;
    prometheus::Counter& voids_;
    prometheus::Counter& appended_again_;
    prometheus::Counter& tail_failures_;
    prometheus::Counter& cuts_;
    prometheus::Counter& quarantined_;
    prometheus::Counter& lost_;
    prometheus::Counter& foreign_;
    prometheus::Gauge& hot_users_;
    prometheus::Gauge& hot_bytes_;
    prometheus::Gauge& tail_records_;
    std::set<Partition> failing_;      // tails
    std::set<Partition> has_foreign_;  // told of already
};

}  // namespace chat
