#include "infra/kafka/delivery_report.hpp"

#include <string>

namespace chat::kafka {
namespace {

// The status alone would not do: librdkafka also calls a record "not persisted" after errors of the broker that do not
// tell whether it was written. These are from before any sending, or from checks before any writing.
bool certainly_not_stored(rd_kafka_resp_err_t error, rd_kafka_msg_status_t status) {
    if (status != RD_KAFKA_MSG_STATUS_NOT_PERSISTED) return false;
    return error == RD_KAFKA_RESP_ERR__MSG_TIMED_OUT || error == RD_KAFKA_RESP_ERR__PURGE_QUEUE ||
           error == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION || error == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC ||
           error == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE || error == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED;
}

}  // namespace

Answer answer_of(rd_kafka_resp_err_t error, rd_kafka_msg_status_t status, std::int64_t offset) {
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
        // -1: the broker had it already, from a try whose answer was lost.
        if (offset < 0) return Delivery(DeliveredSomewhere{});
        return Delivery(Offset(offset));
    }
    if (status == RD_KAFKA_MSG_STATUS_PERSISTED) return Delivery(DeliveredSomewhere{});
    const std::string text = rd_kafka_err2str(error);
    if (certainly_not_stored(error, status)) return Outage("Kafka has not taken the record: " + text);
    return Delivery(DeliveryUnknown{text});
}

Answer answer_of(const rd_kafka_message_t& report) {
    return answer_of(report.err, rd_kafka_message_status(&report), report.offset);
}

}  // namespace chat::kafka
