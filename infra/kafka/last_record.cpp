#include "infra/kafka/last_record.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "events/log_cut.hpp"
#include "events/outage.hpp"
#include "infra/kafka/partition_bound.hpp"
#include "infra/kafka/record_of.hpp"

namespace chat::kafka {
namespace {

using MessageHandle = std::unique_ptr<rd_kafka_message_t, Destroy<rd_kafka_message_destroy>>;

constexpr std::chrono::seconds patience(10);
constexpr std::int64_t first_look = 64;  // offsets; markers and aborted records have some too

std::string where(const KafkaOptions& options, Partition partition) {
    return "partition " + std::to_string(partition.value()) + " of topic " + options.topic;
}

std::int64_t bound(Client& client, const KafkaOptions& options, Partition partition, std::int64_t which) {
    const auto found = partition_bound(client, options, partition, which);
    if (const auto* why = std::get_if<std::string>(&found))
        throw Outage("the bounds of " + where(options, partition) + " are not known: " + *why);
    return std::get<std::int64_t>(found);
}

/// Reading a partition, until the end of this.
class Reading {
public:
    Reading(Client& client, rd_kafka_topic_t* topic, Partition partition, std::int64_t from)
        : topic_(topic), partition_(partition), queue_(rd_kafka_queue_new(client.get())) {
        if (rd_kafka_consume_start_queue(topic, partition.value(), from, queue_.get()) != 0)
            throw Outage(std::string("cannot read the public topic: ") + rd_kafka_err2str(rd_kafka_last_error()));
    }
    ~Reading() { rd_kafka_consume_stop(topic_, partition_.value()); }
    Reading(const Reading&) = delete;
    Reading& operator=(const Reading&) = delete;

    MessageHandle next() { return MessageHandle(rd_kafka_consume_queue(queue_.get(), 100)); }

private:
    rd_kafka_topic_t* topic_;
    Partition partition_;
    QueueHandle queue_;
};

std::shared_ptr<const Record> last_from(Client& client, const KafkaOptions& options, rd_kafka_topic_t* topic,
                                        Partition partition, std::int64_t from) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    Reading reading(client, topic, partition, from);
    std::shared_ptr<const Record> last;
    while (std::chrono::steady_clock::now() < deadline) {
        const MessageHandle message = reading.next();
        if (!message) continue;
        if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) return last;
        if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR)
            throw Outage("reading " + where(options, partition) + ": " + rd_kafka_message_errstr(message.get()));
        last = record_of(*message);
    }
    throw Outage("reading " + where(options, partition) + ": no end within " + std::to_string(patience.count()) + " s");
}

}  // namespace

std::shared_ptr<const Record> last_committed_record(Client& client, const KafkaOptions& options, Partition partition) {
    const TopicHandle topic(rd_kafka_topic_new(client.get(), options.topic.c_str(), nullptr));
    const std::int64_t begin = bound(client, options, partition, RD_KAFKA_OFFSET_BEGINNING);
    const std::int64_t end = bound(client, options, partition, RD_KAFKA_OFFSET_END);
    for (std::int64_t look = first_look; end > begin; look *= 8) {
        const std::int64_t from = std::max(begin, end - look);
        if (auto last = last_from(client, options, topic.get(), partition, from)) return last;
        if (from == begin) break;
    }
    if (begin > 0) throw LogCut("the records of " + where(options, partition) + " were deleted");
    return nullptr;
}

}  // namespace chat::kafka
