#pragma once

#include <memory>
#include <string>
#include <vector>

#include "events/ids.hpp"
#include "events/record.hpp"
#include "infra/kafka/client.hpp"
#include "infra/kafka/kafka_options.hpp"

namespace chat::kafka {

/// The one writer of a partition. Who makes another one of the same name fences this one off: none of its records that
/// are not committed by then will ever be. Every call blocks, for `transaction_wait` a step at most. After a call that
/// threw it is of no more use. Thread: any, one at a time.
class TransactionalProducer {
public:
    /// Waits until transactions of an earlier writer are ended. Throws Outage.
    TransactionalProducer(const KafkaOptions& options, const std::string& transactional_id);
    ~TransactionalProducer();

    /// One transaction. Throws TakenOver; Outage, after which it may have happened or not.
    void commit(Partition partition, const std::vector<std::shared_ptr<const Record>>& records);

private:
    void check(rd_kafka_error_t* error, const char* what);

    std::string brokers_;
    Client client_;
    TopicHandle topic_;
};

}  // namespace chat::kafka
