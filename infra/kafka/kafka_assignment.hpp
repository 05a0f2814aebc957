#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <optional>
#include <set>

#include "infra/kafka/bell.hpp"
#include "infra/kafka/client.hpp"
#include "infra/kafka/kafka_options.hpp"
#include "projections/ports/partition_assignment.hpp"

namespace chat {

/// Membership of a Kafka consumer group, for its assignment only: the partitions are paused, so nothing is read by it.
/// Thread: all on `executor`. Destroying it leaves the group, so that its partitions go to the others at once; that
/// blocks for some milliseconds, and for 5 s if the brokers are there but do not answer.
class KafkaAssignment final : public PartitionAssignment {
public:
    KafkaAssignment(asio::any_io_executor executor, KafkaGroupOptions options);
    ~KafkaAssignment() override;

    /// Takes part, until cancelled. Run it once. Who does not run it is expelled after a while.
    asio::awaitable<void> run();

    asio::awaitable<std::set<Partition>> changed(std::optional<std::set<Partition>> known) override;

private:
    /// Shared with the coroutines that wait: they may come back after this object's end.
    struct Assigned {
        explicit Assigned(asio::any_io_executor executor) : changed(executor, asio::steady_timer::time_point::max()) {}
        std::optional<std::set<Partition>> partitions;  // nothing: not a member yet
        bool closed = false;
        asio::steady_timer changed;
    };

    void drain();
    void serve_group();
    void rebalance(rd_kafka_event_t* event);
    void assigned(std::set<Partition> partitions);
    void leave();

    const KafkaGroupOptions options_;
    kafka::Bell bell_;
    kafka::Client client_;
    kafka::QueueHandle group_events_;
    std::shared_ptr<Assigned> assigned_;
    asio::steady_timer idle_;
};

}  // namespace chat
