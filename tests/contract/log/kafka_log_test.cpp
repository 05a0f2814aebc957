#include "infra/kafka/kafka_event_log.hpp"
#include "tests/contract/log/log_contract.hpp"
#include "tests/support/kafka_address.hpp"
#include "tests/support/slower.hpp"

namespace chat::test {
namespace {

class ConnectedKafkaLog final : public ConnectedLog {
public:
    ConnectedKafkaLog(asio::any_io_executor executor, KafkaOptions options) : log_(executor, std::move(options)) {}

    asio::awaitable<void> open() override { return log_.open(); }
    asio::awaitable<void> run() override { return log_.run(); }
    EventLog& log() override { return log_; }
    RecordSource& source() override { return log_; }

private:
    KafkaEventLog log_;
};

/// A topic of the broker that CHAT_TEST_KAFKA names; the first log object makes it.
class KafkaSite final : public LogSite {
public:
    KafkaSite() {
        options_.brokers = kafka_address();
        options_.topic = unique_topic();
        options_.partitions = 3;
        options_.append_timeout = std::chrono::seconds(10) * slower;
        options_.query_timeout = std::chrono::seconds(5) * slower;
    }

    std::unique_ptr<ConnectedLog> connect(asio::any_io_executor executor) override {
        return std::make_unique<ConnectedKafkaLog>(std::move(executor), options_);
    }

private:
    KafkaOptions options_;
};

INSTANTIATE_TEST_SUITE_P(Kafka, LogContract,
                         testing::Values(LogAdapter{"kafka", [] { return std::make_unique<KafkaSite>(); }}));

}  // namespace
}  // namespace chat::test
