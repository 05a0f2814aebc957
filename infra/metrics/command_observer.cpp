#include "infra/metrics/command_observer.hpp"

#include <utility>

namespace chat {

PrometheusCommandObserver::PrometheusCommandObserver(Metrics& metrics, Logger logger)
    : logger_(std::move(logger)),
      commands_(metrics.counters("chat_commands_total", "Commands by what became of them"), {"command", "outcome"}),
      command_seconds_(metrics.times("chat_command_seconds", "From a command's arrival to its outcome")),
      append_seconds_(metrics.times("chat_log_append_seconds",
                                    "From handing a record to the log to knowing whether it belongs to its stream")),
      voids_(metrics.counter("chat_records_void_total", "Records that came second to another writer's, or twice")),
      appended_again_(metrics.counter("chat_records_appended_again_total", "Records sent again for want of an answer")),
      tail_failures_(metrics.counter("chat_tail_failures_total", "Times that reading the log broke off")),
      cuts_(metrics.counter("chat_log_cuts_total", "Times that the log did not hold what was read from it before")),
      quarantined_(metrics.counter("chat_streams_quarantined_total", "Streams found with a gap")),
      lost_(metrics.counter("chat_streams_lost_total",
                            "Streams quarantined, as a cut of the log lost events that were acknowledged")),
      foreign_(metrics.counter("chat_records_foreign_total", "Records that are no event of ours")),
      hot_users_(metrics.gauge("chat_hot_users", "Users whose state is kept")),
      hot_bytes_(metrics.gauge("chat_hot_bytes", "Size of the states that are kept")),
      tail_records_(metrics.gauge("chat_tail_records", "Records kept that are not projected yet")) {}

void PrometheusCommandObserver::command_done(std::string_view command, std::string_view outcome, Duration took) {
    commands_.of({command, outcome}).Increment();
    command_seconds_.Observe(in_seconds(took));
}

void PrometheusCommandObserver::settled(Duration took, bool belongs) {
    append_seconds_.Observe(in_seconds(took));
    if (!belongs) voids_.Increment();
}

void PrometheusCommandObserver::appended_again(Partition partition, std::string_view why) {
    appended_again_.Increment();
    logger_->debug("partition {}: a record is sent again: {}", partition.value(), why);
}

void PrometheusCommandObserver::tail_failed(Partition partition, std::string_view why) {
    tail_failures_.Increment();
    const bool first = failing_.empty();
    if (!failing_.insert(partition).second) return;
    // A log that is away is mostly away for all partitions: one line, not one for each.
    logger_->log(first ? spdlog::level::err : spdlog::level::debug,
                 "partition {}: the log cannot be read, commands answer 503 until it can: {}", partition.value(), why);
}

void PrometheusCommandObserver::tail_recovered(Partition partition) {
    if (failing_.erase(partition) > 0 && failing_.empty()) logger_->info("the log is read again");
}

void PrometheusCommandObserver::log_cut(Partition partition, std::string_view evidence) {
    cuts_.Increment();
    // Each is told: a cut is rare, and its evidence is what an operator goes by.
    logger_->error("partition {}: THE LOG WAS CUT: {}", partition.value(), evidence);
}

void PrometheusCommandObserver::quarantined(const UserId& user, std::string_view why) {
    quarantined_.Increment();
    logger_->error("user {}: quarantined, no commands until chat-replay decides: {}", user.value(), why);
}

void PrometheusCommandObserver::lost(const UserId& user, Sequence known) {
    lost_.Increment();
    logger_->error(
        "user {}: quarantined: {} events were acknowledged, but the log was cut and lacks the last of them; "
        "chat-replay "
        "repair --user gives them up",
        user.value(), known.value());
}

void PrometheusCommandObserver::foreign_record(Partition partition, Offset offset, std::string_view why) {
    foreign_.Increment();
    if (has_foreign_.insert(partition).second)
        logger_->warn("partition {}: offset {} is no event of ours, skipped: {}; further ones are only counted",
                      partition.value(), offset.value(), why);
}

void PrometheusCommandObserver::kept(std::size_t hot_users, std::size_t hot_bytes, std::size_t tail_records) {
    hot_users_.Set(static_cast<double>(hot_users));
    hot_bytes_.Set(static_cast<double>(hot_bytes));
    tail_records_.Set(static_cast<double>(tail_records));
}

}  // namespace chat
