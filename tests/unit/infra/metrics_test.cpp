#include "infra/metrics/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "infra/metrics/labelled.hpp"

namespace chat {
namespace {

using testing::HasSubstr;

TEST(Metrics, AreWrittenAsPrometheusReadsThem) {
    Metrics metrics;
    metrics.counter("chat_things_total", "Things").Increment();
    metrics.gauge("chat_size", "A size").Set(7);
    metrics.times("chat_seconds", "A time").Observe(0.003);
    double asked = 1;
    metrics.gauge("chat_asked", "Asked when read", [&] { return asked; });
    asked = 2;
    const std::string text = metrics.text();
    EXPECT_THAT(text,
                HasSubstr("# HELP chat_things_total Things\n# TYPE chat_things_total counter\nchat_things_total 1\n"));
    EXPECT_THAT(text, HasSubstr("chat_size 7\n"));
    EXPECT_THAT(text, HasSubstr("chat_seconds_count 1\n"));
    EXPECT_THAT(text, HasSubstr("chat_seconds_bucket{le=\"0.005\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("chat_seconds_bucket{le=\"0.002\"} 0\n"));
    EXPECT_THAT(text, HasSubstr("# TYPE chat_asked gauge\nchat_asked 2\n"));
}

TEST(Metrics, FindALabelledOneAgain) {
    Metrics metrics;
    Labelled<prometheus::Counter, 2> counters(metrics.counters("chat_commands_total", "Commands"),
                                              {"command", "outcome"});
    prometheus::Counter& first = counters.of({"add", "accepted"});
    EXPECT_EQ(&first, &counters.of({"add", "accepted"}));
    EXPECT_NE(&first, &counters.of({"accepted", "add"}));
    first.Increment(3);
    EXPECT_THAT(metrics.text(), HasSubstr("chat_commands_total{command=\"add\",outcome=\"accepted\"} 3\n"));
}

}  // namespace
}  // namespace chat
