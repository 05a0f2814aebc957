#include "infra/kafka/client_settings.hpp"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <cstddef>

namespace chat::kafka {
namespace {

std::string kibibytes(std::size_t bytes) { return std::to_string(std::max<std::size_t>(1, bytes / 1024)); }

ClientSettings common(const std::string& brokers, const std::string& client_id) {
    return {
        {"bootstrap.servers", brokers},
        {"client.id", client_id},
        // Log lines come to us as events; else librdkafka writes them to stderr.
        {"log.queue", "true"},
        // A misspelt topic must not come to life.
        {"allow.auto.create.topics", "false"},
        // After a restart of the broker we want to be back at once; by default the back-off grows to 10 s.
        {"reconnect.backoff.ms", "20"},
        {"reconnect.backoff.max.ms", "200"},
        {"topic.metadata.refresh.fast.interval.ms", "20"},
        {"socket.nagle.disable", "true"},
        {"socket.keepalive.enable", "true"},
        {"socket.connection.setup.timeout.ms", "5000"},
        // A frozen broker is a lost one. Above the producer's request.timeout.ms, and 60 s by default.
        {"socket.timeout.ms", "6000"},
    };
}

ClientSettings operator+(ClientSettings settings, const ClientSettings& more) {
    settings.insert(settings.end(), more.begin(), more.end());
    return settings;
}

}  // namespace

bool looks_again_soon() { return rd_kafka_version() >= 0x02020000; }

ClientSettings producer_settings(const KafkaOptions& options) {
    return common(options.brokers, options.client_id) +
           ClientSettings{
               {"acks", "all"},
               // Second copies are void by the stream order rule, but each costs a read-back: this keeps them rare.
               {"enable.idempotence", "true"},
               {"max.in.flight.requests.per.connection", "5"},
               // Batches form by themselves while a request is on its way.
               {"linger.ms", "0"},
               {"retry.backoff.ms", "10"},
               {"request.timeout.ms", "5000"},
               // A short one only makes unknown outcomes: a record past the append timeout may still land.
               {"message.timeout.ms", "30000"},
               {"message.max.bytes", std::to_string(options.record_bytes)},
               {"queue.buffering.max.messages", std::to_string(options.queue_records)},
               {"queue.buffering.max.kbytes", kibibytes(options.queue_bytes)},
           };
}

ClientSettings tail_settings(const KafkaOptions& options) {
    ClientSettings again;
    // Not 0: its thread would spin while the reader is busy.
    if (looks_again_soon()) again = {{"fetch.queue.backoff.ms", "2"}};
    return common(options.brokers, options.client_id) + again +
           ClientSettings{
               {"auto.commit.enable", "false"},
               // Out of range is evidence of a cut log. Any other value would jump over it in silence.
               {"auto.offset.reset", "error"},
               // The producer writes no transactions, and all readers must see the same records.
               {"isolation.level", "read_uncommitted"},
               {"fetch.error.backoff.ms", "5"},
               // With fetch.min.bytes=1 every append wakes every tail, which doubles the broker's CPU and takes a third
               // of the throughput. This way a record waits 3 ms at most for others.
               {"fetch.min.bytes", "100000"},
               {"fetch.wait.max.ms", "3"},
               {"fetch.message.max.bytes", std::to_string(std::max(options.record_bytes, std::size_t{1} << 20))},
               // What bounds the memory is the number of bytes.
               {"queued.min.messages", "100000"},
               {"queued.max.messages.kbytes", kibibytes(options.read_ahead_bytes)},
           };
}

ClientSettings query_settings(const KafkaOptions& options) {
    return common(options.brokers, options.client_id) + ClientSettings{{"isolation.level", "read_uncommitted"}};
}

ClientSettings transaction_settings(const KafkaOptions& options, const std::string& transactional_id) {
    return common(options.brokers, options.client_id) +
           ClientSettings{
               {"transactional.id", transactional_id},
               {"acks", "all"},
               {"enable.idempotence", "true"},
               // How long readers wait for what comes behind a transaction whose writer died and has no successor.
               {"transaction.timeout.ms", "10000"},
               // Not longer than the transaction, says librdkafka.
               {"message.timeout.ms", "10000"},
               {"linger.ms", "1"},
               {"retry.backoff.ms", "10"},
               {"request.timeout.ms", "5000"},
               {"message.max.bytes", std::to_string(options.record_bytes)},
               {"queue.buffering.max.messages", std::to_string(options.queue_records)},
               {"queue.buffering.max.kbytes", kibibytes(options.queue_bytes)},
           };
}

ClientSettings last_record_settings(const KafkaOptions& options) {
    return common(options.brokers, options.client_id) +
           ClientSettings{
               {"isolation.level", "read_committed"},
               {"auto.commit.enable", "false"},
               {"auto.offset.reset", "error"},
               {"enable.partition.eof", "true"},
               {"fetch.wait.max.ms", "10"},
               {"fetch.error.backoff.ms", "5"},
               {"fetch.message.max.bytes", std::to_string(std::max(options.record_bytes, std::size_t{1} << 20))},
           };
}

ClientSettings group_settings(const KafkaGroupOptions& options) {
    return common(options.brokers, options.client_id) +
           ClientSettings{
               {"group.id", options.group},
               // Eager: librdkafka 2.0.2's cooperative-sticky has open bugs (its issues 4528, 4636, 4800, 4908).
               {"partition.assignment.strategy", "range"},
               {"session.timeout.ms", std::to_string(options.session_timeout.count())},
               // Members hear of a rebalance by their heartbeats.
               {"heartbeat.interval.ms", "2000"},
               // Positions are in the database.
               {"enable.auto.commit", "false"},
               {"enable.auto.offset.store", "false"},
               // Nothing is read here; what comes in before the pause takes effect should be little.
               {"queued.min.messages", "1"},
               {"queued.max.messages.kbytes", "1"},
               {"fetch.message.max.bytes", "1024"},
               // How soon a topic is noticed that was made after the member came.
               {"topic.metadata.refresh.interval.ms", "5000"},
           };
}

}  // namespace chat::kafka
