#include "infra/wiring/kafka_log.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "infra/kafka/kafka_assignment.hpp"
#include "infra/kafka/kafka_event_log.hpp"

namespace chat {
namespace {

class KafkaLog final : public OpenedLog {
public:
    KafkaLog(asio::any_io_executor executor, KafkaOptions options) : log_(executor, std::move(options)) {}

    asio::awaitable<void> open() override { return log_.open(); }
    asio::awaitable<void> run() override { return log_.run(); }
    EventLog& log() override { return log_; }
    RecordSource& source() override { return log_; }

private:
    KafkaEventLog log_;
};

class GroupAssignment final : public OpenedAssignment {
public:
    GroupAssignment(asio::any_io_executor executor, KafkaGroupOptions options)
        : assignment_(executor, std::move(options)) {}

    asio::awaitable<void> run() override { return assignment_.run(); }
    PartitionAssignment& port() override { return assignment_; }

private:
    KafkaAssignment assignment_;
};

KafkaClientLog client_log(Logger logger) {
    if (!logger) return {};
    return [logger = std::move(logger)](int severity, std::string_view text) {
        logger->debug("librdkafka ({}): {}", severity, text);
    };
}

/// The largest record: a body as large as allowed, with room for its key and headers; never less than what a topic was
/// made for by default, so that programs that differ in CHAT_BODY_LIMIT agree on most.
std::size_t record_bytes(const Settings& settings) {
    constexpr std::size_t envelope = 64 << 10;
    return std::max(KafkaOptions().record_bytes, settings.body_limit + envelope);
}

}  // namespace

KafkaOptions kafka_options(const KafkaAddress& address, const Settings& settings, Program program, Logger logger) {
    KafkaOptions options;
    options.brokers = address.brokers;
    options.topic = address.topic;
    options.client_id = name_of(program);
    options.append_timeout = settings.append_timeout;
    options.record_bytes = record_bytes(settings);
    options.create = settings.make_log;
    options.partitions = settings.partitions;
    options.replication = settings.replication;
    options.min_insync = settings.min_insync;
    options.client_log = client_log(std::move(logger));
    return options;
}

std::unique_ptr<OpenedLog> make_kafka_log(asio::any_io_executor executor, const KafkaAddress& address,
                                          const Settings& settings, Program program, Logger logger) {
    return std::make_unique<KafkaLog>(executor, kafka_options(address, settings, program, std::move(logger)));
}

std::unique_ptr<OpenedAssignment> make_kafka_assignment(asio::any_io_executor executor, const KafkaAddress& address,
                                                        const Settings& settings, Program program, Logger logger) {
    KafkaGroupOptions options;
    options.brokers = address.brokers;
    options.topic = address.topic;
    options.client_id = name_of(program);
    options.group = group_of(settings, program);
    options.client_log = client_log(std::move(logger));
    return std::make_unique<GroupAssignment>(executor, std::move(options));
}

}  // namespace chat
