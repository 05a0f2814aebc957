#pragma once

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace chat {

/// All that a program counts, as Prometheus reads it. Values may be changed on any thread.
class Metrics {
public:
    Metrics();
    ~Metrics();

    prometheus::Family<prometheus::Counter>& counters(const std::string& name, const std::string& help);
    prometheus::Family<prometheus::Gauge>& gauges(const std::string& name, const std::string& help);
    prometheus::Family<prometheus::Histogram>& histograms(const std::string& name, const std::string& help);

    prometheus::Counter& counter(const std::string& name, const std::string& help);
    prometheus::Gauge& gauge(const std::string& name, const std::string& help);
    /// Of times, in seconds.
    prometheus::Histogram& times(const std::string& name, const std::string& help);

    /// A gauge that is asked for when the metrics are read, by the thread that reads them.
    void gauge(const std::string& name, const std::string& help, std::function<double()> value);

    /// The text format, version 0.0.4.
    std::string text() const;

private:
    class AskedGauges;

    prometheus::Registry registry_;
    std::unique_ptr<AskedGauges> asked_;
};

/// 50 us to 10 s: what a read from the cache and a command at its deadline both fit into.
const prometheus::Histogram::BucketBoundaries& time_buckets();

/// The Content-Type of `Metrics::text`.
inline constexpr const char* metrics_content_type = "text/plain; version=0.0.4; charset=utf-8";

double in_seconds(std::chrono::steady_clock::duration time);

}  // namespace chat
