#include "tests/support/kafka_topics.hpp"

#include <array>
#include <stdexcept>

#include "infra/kafka/handles.hpp"

namespace chat::test {
namespace {

using namespace chat::kafka;

constexpr int timeout_ms = 20'000;

ClientHandle operator_client(const std::string& brokers) {
    std::array<char, 256> error{};
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", brokers.c_str(), error.data(), error.size());
    ClientHandle client(rd_kafka_new(RD_KAFKA_PRODUCER, conf, error.data(), error.size()));
    if (!client) throw std::runtime_error(error.data());
    return client;
}

/// The result of an admin request about one topic.
void require_success(const EventHandle& answer, const rd_kafka_topic_result_t** results) {
    if (rd_kafka_event_error(answer.get()) != RD_KAFKA_RESP_ERR_NO_ERROR)
        throw std::runtime_error(rd_kafka_event_error_string(answer.get()));
    if (rd_kafka_topic_result_error(results[0]) != RD_KAFKA_RESP_ERR_NO_ERROR)
        throw std::runtime_error(rd_kafka_topic_result_error_string(results[0]));
}

AdminOptionsHandle and_wait_for_it(rd_kafka_t* client, rd_kafka_admin_op_t operation) {
    AdminOptionsHandle options(rd_kafka_AdminOptions_new(client, operation));
    rd_kafka_AdminOptions_set_operation_timeout(options.get(), timeout_ms, nullptr, 0);
    return options;
}

}  // namespace

void make_topic(const std::string& brokers, const std::string& topic, int partitions,
                const std::vector<std::pair<std::string, std::string>>& settings) {
    const auto client = operator_client(brokers);
    const QueueHandle answers(rd_kafka_queue_new(client.get()));
    const NewTopicHandle made(rd_kafka_NewTopic_new(topic.c_str(), partitions, 1, nullptr, 0));
    for (const auto& [name, value] : settings) rd_kafka_NewTopic_set_config(made.get(), name.c_str(), value.c_str());
    rd_kafka_NewTopic_t* topics[] = {made.get()};
    const auto options = and_wait_for_it(client.get(), RD_KAFKA_ADMIN_OP_CREATETOPICS);
    rd_kafka_CreateTopics(client.get(), topics, 1, options.get(), answers.get());
    const EventHandle answer(rd_kafka_queue_poll(answers.get(), timeout_ms));
    if (!answer) throw std::runtime_error("no answer to CreateTopics");
    std::size_t count = 0;
    require_success(answer,
                    rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(answer.get()), &count));
}

void delete_topic(const std::string& brokers, const std::string& topic) {
    const auto client = operator_client(brokers);
    const QueueHandle answers(rd_kafka_queue_new(client.get()));
    rd_kafka_DeleteTopic_t* deleted = rd_kafka_DeleteTopic_new(topic.c_str());
    const auto options = and_wait_for_it(client.get(), RD_KAFKA_ADMIN_OP_DELETETOPICS);
    rd_kafka_DeleteTopics(client.get(), &deleted, 1, options.get(), answers.get());
    rd_kafka_DeleteTopic_destroy(deleted);
    const EventHandle answer(rd_kafka_queue_poll(answers.get(), timeout_ms));
    if (!answer) throw std::runtime_error("no answer to DeleteTopics");
    std::size_t count = 0;
    require_success(answer,
                    rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(answer.get()), &count));
}

}  // namespace chat::test
