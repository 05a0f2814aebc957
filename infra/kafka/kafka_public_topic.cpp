#include "infra/kafka/kafka_public_topic.hpp"

#include <functional>
#include <utility>

#include "infra/kafka/last_record.hpp"
#include "infra/kafka/log_misconfigured.hpp"
#include "infra/kafka/on_pool.hpp"
#include "infra/kafka/topic.hpp"
#include "projections/stream_judge.hpp"

namespace chat {
namespace {

// Each partition has one call under way at most, most of which is waiting for a broker.
constexpr std::size_t pool_threads = 8;

std::string transactional_id(const KafkaOptions& options, Partition partition) {
    return "chat-publisher." + options.topic + "." + std::to_string(partition.value());
}

}  // namespace

KafkaPublicTopic::KafkaPublicTopic(KafkaOptions options, std::int32_t partitions)
    : options_(std::move(options)),
      partitions_(partitions),
      pool_(pool_threads),
      reader_(std::make_shared<kafka::Client>(RD_KAFKA_CONSUMER, kafka::last_record_settings(options_))) {}

KafkaPublicTopic::~KafkaPublicTopic() { pool_.join(); }

asio::awaitable<void> KafkaPublicTopic::open() {
    const std::function<void()> ensure = [reader = reader_, options = options_, partitions = partitions_] {
        const std::int32_t found = kafka::ensure_topic(*reader, options);
        if (found != partitions)
            throw LogMisconfigured("Kafka topic " + options.topic + " cannot be " + options.purpose + ": it has " +
                                   std::to_string(found) + " partitions and must have as many as the log, " +
                                   std::to_string(partitions));
    };
    co_await kafka::on(pool_, ensure);
}

asio::awaitable<std::optional<EventId>> KafkaPublicTopic::take_over(Partition partition) {
    struct Taken {
        std::shared_ptr<kafka::TransactionalProducer> producer;
        std::shared_ptr<const Record> last;
    };
    // The one we had goes first: two of a name would fence each other. On the pool, as its end blocks.
    const std::function<Taken()> take = [old = given_up(partition), reader = reader_, options = options_, partition] {
        old->reset();
        auto producer = std::make_shared<kafka::TransactionalProducer>(options, transactional_id(options, partition));
        auto last = kafka::last_committed_record(*reader, options, partition);
        return Taken{std::move(producer), std::move(last)};
    };
    Taken taken = co_await kafka::on(pool_, take);
    producers_[partition] = std::move(taken.producer);
    if (!taken.last) co_return std::nullopt;
    const auto id = event_id_of(*taken.last);
    if (!id) throw LogCut("the last record of topic " + options_.topic + " is no event of ours");
    co_return id;
}

std::shared_ptr<std::shared_ptr<kafka::TransactionalProducer>> KafkaPublicTopic::given_up(Partition partition) {
    return std::make_shared<std::shared_ptr<kafka::TransactionalProducer>>(
        std::exchange(producers_[partition], nullptr));
}

asio::awaitable<void> KafkaPublicTopic::publish(Partition partition,
                                                std::vector<std::shared_ptr<const Record>> records) {
    const auto producer = producers_[partition];
    if (!producer) throw Outage("partition " + std::to_string(partition.value()) + " was not taken over");
    const std::function<void()> commit = [producer, partition, records = std::move(records)] {
        producer->commit(partition, records);
    };
    co_await kafka::on(pool_, commit);
}

asio::awaitable<void> KafkaPublicTopic::release(Partition partition) {
    const std::function<void()> drop = [old = given_up(partition)] { old->reset(); };
    co_await kafka::on(pool_, drop);
}

}  // namespace chat
