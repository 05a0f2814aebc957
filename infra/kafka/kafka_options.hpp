#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace chat {

/// What librdkafka has to say, with a syslog severity (3 error, 4 warning, 6 info). Called on the log's executor.
using KafkaClientLog = std::function<void(int severity, std::string_view text)>;

/// Where the log is, and its bounds.
struct KafkaOptions {
    std::string brokers;  // host:port, separated by commas
    std::string topic;
    std::string purpose = "the log";  // what the topic is to us, for messages
    std::string client_id = "chat-store";

    /// How long an append waits for its answer. The record itself may still be sent for 30 s (client_settings.cpp).
    std::chrono::milliseconds append_timeout{3000};
    /// How long to wait for an answer about the topic or a partition's end.
    std::chrono::milliseconds query_timeout{2000};

    /// Records that may wait for their answer, in number and bytes. Beyond either, appends are refused.
    int queue_records = 100'000;
    std::size_t queue_bytes = std::size_t{64} << 20;
    /// The largest record, with key and headers. The topic must allow it.
    std::size_t record_bytes = std::size_t{4} << 20;
    /// Records read ahead, for each partition that is being read.
    std::size_t read_ahead_bytes = std::size_t{8} << 20;

    bool create = true;  // the topic, if it does not exist yet
    /// Of a topic that is made; one that is there keeps its own.
    std::int32_t partitions = 12;
    int replication = 1;
    int min_insync = 1;

    KafkaClientLog client_log{};  // may be empty
};

/// Membership of a group that shares a topic's partitions.
struct KafkaGroupOptions {
    std::string brokers;
    std::string topic;
    std::string client_id = "chat-store";
    std::string group;
    /// How long the partitions of a member that died are idle. Brokers allow no less than this by default.
    std::chrono::milliseconds session_timeout{6000};
    KafkaClientLog client_log{};  // may be empty
};

}  // namespace chat
