#include "infra/kafka/topic.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "events/outage.hpp"

namespace chat::kafka {
namespace {

using TopicSettings = std::vector<std::pair<std::string, std::string>>;

// What a topic must have to be the log: it keeps every record, for good, as it was written.
const TopicSettings required = {
    {"cleanup.policy", "delete"},
    {"retention.ms", "-1"},
    {"retention.bytes", "-1"},
    {"unclean.leader.election.enable", "false"},
};

TopicSettings wanted(const KafkaOptions& options) {
    TopicSettings settings = required;
    settings.emplace_back("max.message.bytes", std::to_string(options.record_bytes));
    settings.emplace_back("min.insync.replicas", std::to_string(options.min_insync));
    settings.emplace_back("message.timestamp.type", "CreateTime");
    return settings;
}

int milliseconds(const KafkaOptions& options) { return static_cast<int>(options.query_timeout.count()); }

/// The topic's partitions, if it is there and all of them can be written to.
struct Found {
    bool exists = false;
    bool ready = false;
    std::int32_t partitions = 0;
};

Found look(Client& client, const KafkaOptions& options) {
    const TopicHandle topic(rd_kafka_topic_new(client.get(), options.topic.c_str(), nullptr));
    const rd_kafka_metadata_t* raw = nullptr;
    const auto error = rd_kafka_metadata(client.get(), 0, topic.get(), &raw, milliseconds(options));
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
        throw Outage("Kafka at " + options.brokers + " does not answer: " + rd_kafka_err2str(error));
    const MetadataHandle metadata(raw);
    if (metadata->topic_cnt != 1) throw Outage("Kafka gave no answer about topic " + options.topic);
    const auto& found = metadata->topics[0];
    switch (found.err) {
        case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
            return {};
        case RD_KAFKA_RESP_ERR_NO_ERROR:
        case RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE:
            break;
        case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
            throw LogMisconfigured("Kafka cannot have a topic named '" + options.topic + "'");
        default:
            throw Outage("Kafka topic " + options.topic + ": " + rd_kafka_err2str(found.err));
    }
    Found result{true, found.partition_cnt > 0, found.partition_cnt};
    for (int i = 0; i < found.partition_cnt; ++i) result.ready = result.ready && found.partitions[i].leader >= 0;
    return result;
}

/// Sends an admin request and waits for its answer.
template <class Send>
EventHandle ask(Client& client, rd_kafka_admin_op_t operation, const KafkaOptions& options, const Send& send) {
    const AdminOptionsHandle admin(rd_kafka_AdminOptions_new(client.get(), operation));
    std::array<char, 256> text{};
    rd_kafka_AdminOptions_set_request_timeout(admin.get(), milliseconds(options), text.data(), text.size());
    const QueueHandle answers(rd_kafka_queue_new(client.get()));
    send(admin.get(), answers.get());
    EventHandle answer(rd_kafka_queue_poll(answers.get(), 2 * milliseconds(options)));
    if (!answer) throw Outage("Kafka at " + options.brokers + " does not answer");
    if (rd_kafka_event_error(answer.get()) != RD_KAFKA_RESP_ERR_NO_ERROR)
        throw Outage("Kafka at " + options.brokers + ": " + rd_kafka_event_error_string(answer.get()));
    return answer;
}

void create(Client& client, const KafkaOptions& options) {
    std::array<char, 256> text{};
    const NewTopicHandle topic(rd_kafka_NewTopic_new(options.topic.c_str(), options.partitions, options.replication,
                                                     text.data(), text.size()));
    if (!topic) throw LogMisconfigured("Kafka topic " + options.topic + ": " + text.data());
    for (const auto& [name, value] : wanted(options))
        rd_kafka_NewTopic_set_config(topic.get(), name.c_str(), value.c_str());
    const auto answer =
        ask(client, RD_KAFKA_ADMIN_OP_CREATETOPICS, options, [&](const auto* admin, rd_kafka_queue_t* answers) {
            rd_kafka_NewTopic_t* topics[] = {topic.get()};
            rd_kafka_CreateTopics(client.get(), topics, 1, admin, answers);
        });
    std::size_t count = 0;
    const auto** results =
        rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(answer.get()), &count);
    for (std::size_t i = 0; i < count; ++i) {
        const auto error = rd_kafka_topic_result_error(results[i]);
        // Another program was first: what it made is checked like any other.
        if (error == RD_KAFKA_RESP_ERR_NO_ERROR || error == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) continue;
        const char* details = rd_kafka_topic_result_error_string(results[i]);
        const std::string what = "Kafka does not make topic " + options.topic + ": " +
                                 (details != nullptr ? details : rd_kafka_err2str(error));
        switch (error) {
            case RD_KAFKA_RESP_ERR_INVALID_CONFIG:
            case RD_KAFKA_RESP_ERR_POLICY_VIOLATION:
            case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
            case RD_KAFKA_RESP_ERR_INVALID_PARTITIONS:
            case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
            case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
                throw LogMisconfigured(what);
            default:  // fewer brokers than copies, for example: they may still be starting
                throw Outage(what);
        }
    }
}

std::map<std::string, std::string> settings_of(Client& client, const KafkaOptions& options) {
    const ResourceHandle resource(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, options.topic.c_str()));
    const auto answer =
        ask(client, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, options, [&](const auto* admin, rd_kafka_queue_t* answers) {
            rd_kafka_ConfigResource_t* resources[] = {resource.get()};
            rd_kafka_DescribeConfigs(client.get(), resources, 1, admin, answers);
        });
    std::size_t count = 0;
    const auto** resources =
        rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(answer.get()), &count);
    std::map<std::string, std::string> settings;
    for (std::size_t i = 0; i < count; ++i) {
        if (rd_kafka_ConfigResource_error(resources[i]) != RD_KAFKA_RESP_ERR_NO_ERROR) {
            const char* details = rd_kafka_ConfigResource_error_string(resources[i]);
            throw Outage("Kafka does not tell the settings of topic " + options.topic + ": " +
                         (details != nullptr ? details : ""));
        }
        std::size_t entries = 0;
        const auto** entry = rd_kafka_ConfigResource_configs(resources[i], &entries);
        for (std::size_t e = 0; e < entries; ++e) {
            const char* value = rd_kafka_ConfigEntry_value(entry[e]);
            settings[rd_kafka_ConfigEntry_name(entry[e])] = value != nullptr ? value : "";
        }
    }
    return settings;
}

void check(const std::map<std::string, std::string>& settings, const KafkaOptions& options) {
    const auto is = [&](const std::string& name) {
        const auto found = settings.find(name);
        return found == settings.end() ? std::string() : found->second;
    };
    const auto refuse = [&](const std::string& name, const std::string& must) {
        throw LogMisconfigured("Kafka topic " + options.topic + " cannot be " + options.purpose + ": " + name +
                               " is '" + is(name) + "' and must be " + must);
    };
    for (const auto& [name, value] : required)
        if (is(name) != value) refuse(name, value);
    const std::string largest = is("max.message.bytes");
    std::size_t bytes = 0;
    std::from_chars(largest.data(), largest.data() + largest.size(), bytes);
    if (bytes < options.record_bytes) refuse("max.message.bytes", "at least " + std::to_string(options.record_bytes));
}

}  // namespace

std::int32_t ensure_topic(Client& client, const KafkaOptions& options) {
    const auto deadline = std::chrono::steady_clock::now() + 5 * options.query_timeout;
    Found found = look(client, options);
    if (!found.exists && !options.create)
        throw LogMisconfigured("Kafka at " + options.brokers + " has no topic " + options.topic);
    if (!found.exists) create(client, options);
    // A new topic is known to a broker a little later than to the controller, and gets its leaders later still.
    while (!found.ready) {
        if (std::chrono::steady_clock::now() > deadline)
            throw Outage("Kafka topic " + options.topic + " has partitions without a leader");
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        found = look(client, options);
    }
    check(settings_of(client, options), options);
    return found.partitions;
}

void learn_topic(Client& client, const KafkaOptions& options) { (void)look(client, options); }

}  // namespace chat::kafka
