#include "infra/kafka/transactional_producer.hpp"

#include <array>
#include <stdexcept>

#include "events/outage.hpp"
#include "infra/kafka/produce.hpp"
#include "infra/kafka/topic.hpp"
#include "projections/ports/public_topic.hpp"

namespace chat::kafka {
namespace {

// A broker that restarts after a kill is back in 4 to 8 s; then the next try succeeds.
constexpr int transaction_wait = 6000;

bool fenced(rd_kafka_resp_err_t code) {
    return code == RD_KAFKA_RESP_ERR__FENCED || code == RD_KAFKA_RESP_ERR_PRODUCER_FENCED ||
           code == RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH;
}

}  // namespace

TransactionalProducer::TransactionalProducer(const KafkaOptions& options, const std::string& transactional_id)
    : brokers_(options.brokers),
      client_(RD_KAFKA_PRODUCER, transaction_settings(options, transactional_id)),
      topic_(rd_kafka_topic_new(client_.get(), options.topic.c_str(), nullptr)) {
    if (!topic_) throw std::runtime_error(std::string("Kafka topic: ") + rd_kafka_err2str(rd_kafka_last_error()));
    check(rd_kafka_init_transactions(client_.get(), transaction_wait), "taking a partition over");
    learn_topic(client_, options);
}

TransactionalProducer::~TransactionalProducer() {
    rd_kafka_purge(client_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
}

void TransactionalProducer::commit(Partition partition, const std::vector<std::shared_ptr<const Record>>& records) {
    check(rd_kafka_begin_transaction(client_.get()), "beginning a transaction");
    for (const auto& record : records) {
        const auto error = produce(client_.get(), topic_.get(), partition, *record, Value::copied, 0);
        if (error == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE)
            throw std::length_error(std::string("a record for the public topic: ") + rd_kafka_err2str(error));
        if (error == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
        const auto fatal = rd_kafka_fatal_error(client_.get(), nullptr, 0);
        if (fenced(error) || fenced(fatal)) throw TakenOver();
        throw Outage(std::string("Kafka's producer does not take a record: ") + rd_kafka_err2str(error));
    }
    check(rd_kafka_commit_transaction(client_.get(), transaction_wait), "ending a transaction");
    while (client_.next_event()) {
        // Errors that the calls above have told or mended, and log lines: they must not pile up.
    }
}

void TransactionalProducer::check(rd_kafka_error_t* raw, const char* what) {
    const ErrorHandle error(raw);
    if (!error) return;
    std::array<char, 512> text{};
    const auto fatal = rd_kafka_fatal_error(client_.get(), text.data(), text.size());
    if (fenced(rd_kafka_error_code(error.get())) || fenced(fatal)) throw TakenOver();
    throw Outage(std::string(what) + " at Kafka " + brokers_ + ": " + rd_kafka_error_string(error.get()));
}

}  // namespace chat::kafka
