#include "infra/metrics/http_observer.hpp"

#include <string>
#include <utility>

namespace chat {
namespace {

prometheus::Counter& reads(Metrics& metrics, const char* from) {
    return metrics.counters("chat_reads_total", "Reads by where their answer came from").Add({{"from", from}});
}

}  // namespace

PrometheusHttpObserver::PrometheusHttpObserver(Metrics& metrics, Logger logger)
    : logger_(std::move(logger)),
      requests_(metrics.counters("chat_http_requests_total", "Requests answered"), {"method", "route", "status"}),
      request_seconds_(metrics.histograms("chat_http_request_seconds",
                                          "From a request being read to its answer being ready to send"),
                       {"route"}),
      refused_(metrics.counters("chat_http_refused_total", "Requests refused before they could be understood"),
               {"status"}),
      connections_(metrics.gauge("chat_http_connections", "Open connections")),
      payload_bytes_(metrics.gauge("chat_http_payload_bytes", "Request bodies and answers in memory")),
      connections_refused_(
          metrics.counter("chat_http_connections_refused_total", "Connections turned away as there were too many")),
      accept_failures_(metrics.counter("chat_http_accept_failures_total", "Failures of the listening socket")),
      from_cache_(reads(metrics, "cache")),
      from_query_(reads(metrics, "query")),
      read_wait_seconds_(
          metrics.times("chat_read_wait_seconds", "How long reads that had to wait for the read model did so")),
      read_waits_late_(
          metrics.counter("chat_read_waits_late_total", "Reads answered with less than was asked for, at the bound")),
      cached_answers_(metrics.gauge("chat_cached_answers", "Rendered answers that are kept")),
      cached_bytes_(metrics.gauge("chat_cached_bytes", "Size of the rendered answers that are kept")) {}

void PrometheusHttpObserver::request_done(const AnsweredRequest& request) {
    requests_.of({request.method, request.operation, std::to_string(request.status)}).Increment();
    request_seconds_.of({request.operation}, time_buckets()).Observe(in_seconds(request.took));
    if (request.status >= 500) log_fault(request);
}

void PrometheusHttpObserver::log_fault(const AnsweredRequest& request) {
    // A 503 says that a dependency is away, which is told of by who watches that dependency; a 500 is a fault of ours.
    logger_->log(request.status == 503 ? spdlog::level::debug : spdlog::level::err, "{} {} {} request={} user={}: {}",
                 request.status, request.method, request.path, request.request_id, request.user, request.fault);
}

void PrometheusHttpObserver::request_refused(int status) { refused_.of({std::to_string(status)}).Increment(); }

void PrometheusHttpObserver::connections(std::size_t open) { connections_.Set(static_cast<double>(open)); }

void PrometheusHttpObserver::payload(std::size_t bytes) { payload_bytes_.Set(static_cast<double>(bytes)); }

void PrometheusHttpObserver::connection_refused() { connections_refused_.Increment(); }

void PrometheusHttpObserver::accept_failed(std::string_view why) {
    accept_failures_.Increment();
    logger_->error("a connection could not be accepted: {}", why);
}

void PrometheusHttpObserver::read_answered(bool from_cache) { (from_cache ? from_cache_ : from_query_).Increment(); }

void PrometheusHttpObserver::read_waited(Duration took, bool in_time) {
    read_wait_seconds_.Observe(in_seconds(took));
    if (!in_time) read_waits_late_.Increment();
}

void PrometheusHttpObserver::cached(std::size_t answers, std::size_t bytes) {
    cached_answers_.Set(static_cast<double>(answers));
    cached_bytes_.Set(static_cast<double>(bytes));
}

}  // namespace chat
