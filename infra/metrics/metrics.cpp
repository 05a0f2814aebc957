#include "infra/metrics/metrics.hpp"

#include <prometheus/client_metric.h>
#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <iterator>
#include <sstream>
#include <utility>
#include <vector>

namespace chat {

class Metrics::AskedGauges final : public prometheus::Collectable {
public:
    void add(std::string name, std::string help, std::function<double()> value) {
        gauges_.push_back({std::move(name), std::move(help), std::move(value)});
    }

    std::vector<prometheus::MetricFamily> Collect() const override {
        std::vector<prometheus::MetricFamily> families;
        for (const Asked& gauge : gauges_) {
            prometheus::ClientMetric metric;
            metric.gauge.value = gauge.value();
            families.push_back({gauge.name, gauge.help, prometheus::MetricType::Gauge, {std::move(metric)}});
        }
        return families;
    }

private:
    struct Asked {
        std::string name;
        std::string help;
        std::function<double()> value;
    };
    std::vector<Asked> gauges_;
};

Metrics::Metrics() : asked_(std::make_unique<AskedGauges>()) {}

Metrics::~Metrics() = default;

prometheus::Family<prometheus::Counter>& Metrics::counters(const std::string& name, const std::string& help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry_);
}

prometheus::Family<prometheus::Gauge>& Metrics::gauges(const std::string& name, const std::string& help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry_);
}

prometheus::Family<prometheus::Histogram>& Metrics::histograms(const std::string& name, const std::string& help) {
    return prometheus::BuildHistogram().Name(name).Help(help).Register(registry_);
}

prometheus::Counter& Metrics::counter(const std::string& name, const std::string& help) {
    return counters(name, help).Add({});
}

prometheus::Gauge& Metrics::gauge(const std::string& name, const std::string& help) {
    return gauges(name, help).Add({});
}

prometheus::Histogram& Metrics::times(const std::string& name, const std::string& help) {
    return histograms(name, help).Add({}, time_buckets());
}

void Metrics::gauge(const std::string& name, const std::string& help, std::function<double()> value) {
    asked_->add(name, help, std::move(value));
}

std::string Metrics::text() const {
    std::vector<prometheus::MetricFamily> families = registry_.Collect();
    std::vector<prometheus::MetricFamily> asked = asked_->Collect();
    std::move(asked.begin(), asked.end(), std::back_inserter(families));
    std::ostringstream out;
    prometheus::TextSerializer().Serialize(out, families);
    return out.str();
}

const prometheus::Histogram::BucketBoundaries& time_buckets() {
    static const prometheus::Histogram::BucketBoundaries buckets{
        0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10};
    return buckets;
}

double in_seconds(std::chrono::steady_clock::duration time) { return std::chrono::duration<double>(time).count(); }

}  // namespace chat
