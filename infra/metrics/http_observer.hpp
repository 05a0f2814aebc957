#pragma once

#include "api/observer.hpp"
#include "infra/log/logger.hpp"
#include "infra/metrics/labelled.hpp"
#include "infra/metrics/metrics.hpp"

namespace chat {

/// Counts the HTTP side, and logs answers of 500 and 503 with what caused them. `metrics` outlives it. On one thread.
class PrometheusHttpObserver final : public HttpObserver {
public:
    PrometheusHttpObserver(Metrics& metrics, Logger logger);

    void request_done(const AnsweredRequest& request) override;
    void request_refused(int status) override;
    void connections(std::size_t open) override;
    void payload(std::size_t bytes) override;
    void connection_refused() override;
    void accept_failed(std::string_view why) override;
    void read_answered(bool from_cache) override;
    void read_waited(Duration took, bool in_time) override;
    void cached(std::size_t answers, std::size_t bytes) override;

private:
    void log_fault(const AnsweredRequest& request);

    Logger logger_;
    Labelled<prometheus::Counter, 3> requests_;
    Labelled<prometheus::Histogram, 1> request_seconds_;
    Labelled<prometheus::Counter, 1> refused_;
    prometheus::Gauge& connections_;
    prometheus::Gauge& payload_bytes_;
    prometheus::Counter& connections_refused_;
    prometheus::Counter& accept_failures_;
    prometheus::Counter& from_cache_;
    prometheus::Counter& from_query_;
    prometheus::Histogram& read_wait_seconds_;
    prometheus::Counter& read_waits_late_;
    prometheus::Gauge& cached_answers_;
    prometheus::Gauge& cached_bytes_;
};

}  // namespace chat
