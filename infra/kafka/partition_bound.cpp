#include "infra/kafka/partition_bound.hpp"

#include <chrono>
#include <thread>

namespace chat::kafka {
namespace {

constexpr std::chrono::milliseconds pause{50};

struct Bound {
    std::int64_t offset = -1;
    rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
};

// Not by rd_kafka_query_watermark_offsets: librdkafka 2.0.2 forgets its timeout once a request is sent, so a frozen
// broker would hold the thread for good; it also asks twice.
Bound ask(Client& client, const KafkaOptions& options, Partition partition, std::int64_t which) {
    const PartitionsHandle list(rd_kafka_topic_partition_list_new(1));
    rd_kafka_topic_partition_t* asked =
        rd_kafka_topic_partition_list_add(list.get(), options.topic.c_str(), partition.value());
    asked->offset = which;  // stands for a time here
    const auto error =
        rd_kafka_offsets_for_times(client.get(), list.get(), static_cast<int>(options.query_timeout.count()));
    return {asked->offset, error == RD_KAFKA_RESP_ERR_NO_ERROR ? asked->err : error};
}

bool leader_moves(rd_kafka_resp_err_t error) {
    return error == RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION || error == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE;
}

}  // namespace

std::variant<std::int64_t, std::string> partition_bound(Client& client, const KafkaOptions& options,
                                                        Partition partition, std::int64_t which) {
    const auto deadline = std::chrono::steady_clock::now() + options.query_timeout;
    Bound bound = ask(client, options, partition, which);
    while (leader_moves(bound.error) && std::chrono::steady_clock::now() + pause < deadline) {
        std::this_thread::sleep_for(pause);
        bound = ask(client, options, partition, which);
    }
    if (bound.error != RD_KAFKA_RESP_ERR_NO_ERROR) return std::string(rd_kafka_err2str(bound.error));
    if (bound.offset < 0) return std::string("Kafka gave no answer");
    return bound.offset;
}

}  // namespace chat::kafka
