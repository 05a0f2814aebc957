#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "infra/kafka/client.hpp"
#include "infra/kafka/kafka_options.hpp"
#include "infra/kafka/transactional_producer.hpp"
#include "projections/ports/public_topic.hpp"

namespace chat {

/// A topic of Apache Kafka that is written in transactions: one producer for each partition, whose transactional.id
/// names topic and partition. Making a producer fences its predecessors off, whichever process they are in. Thread: all
/// on one executor; calls of librdkafka block, and run on a pool. Destroying it waits for those.
class KafkaPublicTopic final : public PublicTopic {
public:
    /// `partitions` is that of the log.
    KafkaPublicTopic(KafkaOptions options, std::int32_t partitions);
    ~KafkaPublicTopic() override;

    /// Makes the topic if need be and checks it. Throws Outage (and may be called again) and LogMisconfigured.
    asio::awaitable<void> open();

    asio::awaitable<std::optional<EventId>> take_over(Partition partition) override;
    asio::awaitable<void> publish(Partition partition, std::vector<std::shared_ptr<const Record>> records) override;
    asio::awaitable<void> release(Partition partition) override;

private:
    /// The partition's producer, no longer ours; shared for the closure that ends it.
    std::shared_ptr<std::shared_ptr<kafka::TransactionalProducer>> given_up(Partition partition);

    const KafkaOptions options_;
    const std::int32_t partitions_;
    asio::thread_pool pool_;
    std::shared_ptr<kafka::Client> reader_;
    std::map<Partition, std::shared_ptr<kafka::TransactionalProducer>> producers_;
};

}  // namespace chat
