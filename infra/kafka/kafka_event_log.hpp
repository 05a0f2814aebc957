#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "commands/ports/event_log.hpp"
#include "infra/kafka/bell.hpp"
#include "infra/kafka/kafka_options.hpp"
#include "infra/kafka/log_misconfigured.hpp"
#include "infra/kafka/producer.hpp"
#include "infra/kafka/queries.hpp"
#include "infra/kafka/tail.hpp"
#include "projections/ports/record_source.hpp"

namespace chat {

/// The log as a topic of Apache Kafka. Thread: all on `executor`; librdkafka's own threads only write to the bell, and
/// calls of it that block run on a small pool. Destroy it before the executor, when `run` has ended or the executor
/// runs no more; that takes some milliseconds, and up to three times `query_timeout` if Kafka does not answer.
///
/// While no broker can be reached, appends and questions are refused at once, and a probe asks until one answers.
class KafkaEventLog final : public EventLog, public RecordSource {
public:
    KafkaEventLog(asio::any_io_executor executor, KafkaOptions options);
    ~KafkaEventLog() override;

    /// Makes the topic if need be, checks it and connects. Throws Outage (and may be called again) and
    /// LogMisconfigured. The ports work from then on. `run` must be running.
    asio::awaitable<void> open();

    /// Serves the clients, until cancelled. What is in flight then becomes DeliveryUnknown, and nothing is appended or
    /// read any more. Run it once.
    asio::awaitable<void> run();

    std::int32_t partitions() const override { return partitions_; }
    asio::awaitable<Delivery> append(Partition partition, std::shared_ptr<const Record> record) override;
    asio::awaitable<std::vector<StoredRecord>> read(Partition partition, NextOffset next, std::size_t limit) override;
    asio::awaitable<NextOffset> end(Partition partition) override;
    void distrust(Partition partition) override;

    /// Records that wait for the broker's answer.
    std::size_t in_flight() const { return producer_.in_flight(); }
    /// False while it is known that no broker can be reached.
    bool reachable() const { return reachable_; }

private:
    asio::awaitable<void> serve();
    asio::awaitable<void> watch();
    void lost();
    void require_reachable() const;

    asio::any_io_executor executor_;
    const KafkaOptions options_;
    kafka::Bell bell_;
    asio::thread_pool pool_;
    kafka::Producer producer_;
    kafka::Tail tail_;
    kafka::Queries queries_;
    asio::steady_timer look_;  // when `watch` looks next
    bool reachable_ = true;
    bool stopped_ = false;
    std::int32_t partitions_ = 0;
};

}  // namespace chat
