#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <sstream>

#include "infra/metrics/command_observer.hpp"
#include "infra/metrics/projector_observer.hpp"

namespace chat {
namespace {

using testing::HasSubstr;
using testing::Not;

class ObserversTest : public testing::Test {
protected:
    std::size_t lines() const {
        const std::string text = out.str();
        return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
    }

    std::ostringstream out;
    Logger logger = make_logger("test", {}, std::make_shared<spdlog::sinks::ostream_sink_st>(out));
    Metrics metrics;
};

using CommandObserverTest = ObserversTest;
using ProjectorObserverTest = ObserversTest;

TEST_F(CommandObserverTest, CountsAndSaysNothingOfWhatIsUsual) {
    PrometheusCommandObserver observer(metrics, logger);
    observer.command_done("add_message", "accepted", std::chrono::milliseconds(2));
    observer.command_done("add_message", "conflict", std::chrono::milliseconds(2));
    observer.settled(std::chrono::milliseconds(1), true);
    observer.settled(std::chrono::milliseconds(1), false);
    observer.appended_again(Partition(1), "no answer");
    observer.kept(1, 2, 3);
    const std::string text = metrics.text();
    EXPECT_THAT(text, HasSubstr("chat_commands_total{command=\"add_message\",outcome=\"conflict\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("chat_command_seconds_count 2\n"));
    EXPECT_THAT(text, HasSubstr("chat_log_append_seconds_count 2\n"));
    EXPECT_THAT(text, HasSubstr("chat_records_void_total 1\n"));
    EXPECT_THAT(text, HasSubstr("chat_hot_users 1\n"));
    EXPECT_THAT(text, HasSubstr("chat_tail_records 3\n"));
    EXPECT_EQ(out.str(), "");
}

TEST_F(CommandObserverTest, TellsOfATroubleOnceUntilItIsOver) {
    PrometheusCommandObserver observer(metrics, logger);
    for (int attempt = 0; attempt < 5; ++attempt) observer.tail_failed(Partition(3), "no broker");
    EXPECT_EQ(lines(), 1u);
    EXPECT_THAT(out.str(), HasSubstr("error test: partition 3: the log cannot be read"));
    observer.tail_failed(Partition(4), "no broker");
    EXPECT_EQ(lines(), 1u) << "the same for all partitions, most likely";
    observer.tail_recovered(Partition(3));
    EXPECT_EQ(lines(), 1u);
    observer.tail_recovered(Partition(4));
    observer.tail_recovered(Partition(4));
    EXPECT_EQ(lines(), 2u);
    observer.tail_failed(Partition(3), "no broker");
    EXPECT_EQ(lines(), 3u);
    EXPECT_THAT(metrics.text(), HasSubstr("chat_tail_failures_total 7\n"));
}

TEST_F(CommandObserverTest, TellsWhatAnOperatorMustDecide) {
    PrometheusCommandObserver observer(metrics, logger);
    observer.log_cut(Partition(3), "offset 5 holds another record");
    observer.quarantined(UserId("a\nb"), "a gap");
    EXPECT_THAT(out.str(), HasSubstr("THE LOG WAS CUT: offset 5 holds another record"));
    EXPECT_THAT(out.str(), HasSubstr("user a\\nb: quarantined"));
    EXPECT_EQ(lines(), 2u);
}

TEST_F(ProjectorObserverTest, CountsBatches) {
    PrometheusProjectorObserver observer(metrics, logger);
    observer.started(Partition(2));
    observer.committed(Partition(2), {.events = 5, .voids = 2, .foreign = 1, .held = 1}, std::chrono::milliseconds(20));
    observer.lag(Partition(2), 40);
    std::string text = metrics.text();
    EXPECT_THAT(text, HasSubstr("chat_projection_lag_records{partition=\"2\"} 40\n"));
    EXPECT_THAT(text, HasSubstr("chat_projection_batch_records_sum 9\n"));
    EXPECT_THAT(text, HasSubstr("chat_projection_commit_seconds_count 1\n"));
    EXPECT_THAT(text, HasSubstr("chat_projection_events_total 5\n"));
    EXPECT_THAT(text, HasSubstr("chat_records_void_total 2\n"));
    EXPECT_THAT(text, HasSubstr("chat_projection_partitions 1\n"));
    observer.stopped(Partition(2));
    text = metrics.text();
    EXPECT_THAT(text, Not(HasSubstr("partition=\"2\""))) << "another projector's to tell";
    EXPECT_THAT(text, HasSubstr("chat_projection_partitions 0\n"));
    EXPECT_EQ(out.str(), "");
}

TEST_F(ProjectorObserverTest, TellsOfATroubleOnceUntilItIsOver) {
    PrometheusProjectorObserver observer(metrics, logger);
    observer.started(Partition(2));
    observer.outage(Partition(2), "no database");
    observer.outage(Partition(2), "no database");
    EXPECT_EQ(lines(), 1u);
    observer.log_cut(Partition(2), "another log");
    observer.log_cut(Partition(2), "another log");
    EXPECT_EQ(lines(), 2u) << "worse than an outage, and so news";
    EXPECT_THAT(out.str(), HasSubstr("partition 2: THE LOG WAS CUT"));
    EXPECT_THAT(metrics.text(), HasSubstr("chat_projection_partitions_cut 1\n"));
    observer.recovered(Partition(2));
    EXPECT_EQ(lines(), 3u);
    EXPECT_THAT(metrics.text(), HasSubstr("chat_projection_partitions_cut 0\n"));
    EXPECT_THAT(metrics.text(), HasSubstr("chat_log_cuts_total 2\n"));
}

TEST_F(ProjectorObserverTest, TellsOnceOfWhatMeetsAllPartitions) {
    PrometheusProjectorObserver observer(metrics, logger);
    for (int partition = 0; partition < 12; ++partition) observer.started(Partition(partition));
    for (int partition = 0; partition < 12; ++partition) observer.outage(Partition(partition), "no database");
    EXPECT_EQ(lines(), 1u);
    for (int partition = 0; partition < 11; ++partition) observer.recovered(Partition(partition));
    EXPECT_EQ(lines(), 1u);
    observer.recovered(Partition(11));
    EXPECT_EQ(lines(), 2u);
    EXPECT_THAT(out.str(), HasSubstr("info test: all partitions are projected again"));
}

TEST_F(ProjectorObserverTest, TellsOfTheFirstForeignRecordAndCountsTheRest) {
    PrometheusProjectorObserver observer(metrics, logger);
    for (std::int64_t offset = 0; offset < 100; ++offset)
        observer.foreign_record(Partition(2), Offset(offset), "ce_id: is required");
    EXPECT_EQ(lines(), 1u);
    EXPECT_THAT(out.str(), HasSubstr("offset 0 is no event of ours, skipped: ce_id: is required"));
}

}  // namespace
}  // namespace chat
