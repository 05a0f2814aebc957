#include "infra/kafka/kafka_assignment.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>

namespace chat {
namespace {

// A member that does not ask for events is expelled after max.poll.interval.ms, also when there are none.
constexpr std::chrono::milliseconds ask_every(500);
// A farewell that is not answered is given up by librdkafka after 5 s. Destroying a client that is still closing hangs.
constexpr std::chrono::seconds leave_within(8);

kafka::PartitionsHandle subscription(const std::string& topic) {
    kafka::PartitionsHandle list(rd_kafka_topic_partition_list_new(1));
    rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), RD_KAFKA_PARTITION_UA);
    return list;
}

}  // namespace

KafkaAssignment::KafkaAssignment(asio::any_io_executor executor, KafkaGroupOptions options)
    : options_(std::move(options)),
      bell_(executor),
      client_(RD_KAFKA_CONSUMER, kafka::group_settings(options_), bell_),
      group_events_(rd_kafka_queue_get_consumer(client_.get())),
      assigned_(std::make_shared<Assigned>(executor)),
      idle_(executor) {
    bell_.watch(group_events_.get());
    const auto topics = subscription(options_.topic);
    const auto error = rd_kafka_subscribe(client_.get(), topics.get());
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
        throw std::runtime_error("Kafka group " + options_.group + ": " + rd_kafka_err2str(error));
}

KafkaAssignment::~KafkaAssignment() {
    leave();
    assigned_->closed = true;
    assigned_->changed.cancel();
    kafka::Bell::unwatch(group_events_.get());
}

asio::awaitable<void> KafkaAssignment::run() {
    using namespace asio::experimental::awaitable_operators;
    while (true) {
        drain();
        idle_.expires_after(ask_every);
        co_await (bell_.rung() || idle_.async_wait(asio::use_awaitable));
    }
}

asio::awaitable<std::set<Partition>> KafkaAssignment::changed(std::optional<std::set<Partition>> known) {
    const auto assigned = assigned_;
    while (assigned->partitions == known) {
        boost::system::error_code woken;
        co_await assigned->changed.async_wait(asio::redirect_error(asio::use_awaitable, woken));
        const auto cancellation = co_await asio::this_coro::cancellation_state;
        if (assigned->closed || cancellation.cancelled() != asio::cancellation_type::none)
            throw boost::system::system_error(asio::error::operation_aborted);
    }
    co_return *assigned->partitions;
}

void KafkaAssignment::drain() {
    // Errors are librdkafka's to mend; what it takes from us because of them comes as a rebalance.
    kafka::serve(client_, {[](const kafka::ClientError&) {}, {}, options_.client_log});
    serve_group();
}

void KafkaAssignment::serve_group() {
    while (const kafka::EventHandle event{rd_kafka_queue_poll(group_events_.get(), 0)})
        if (rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_REBALANCE) rebalance(event.get());
}

// Answers within the event, as the group waits for it.
void KafkaAssignment::rebalance(rd_kafka_event_t* event) {
    rd_kafka_topic_partition_list_t* list = rd_kafka_event_topic_partition_list(event);  // the event's own
    if (rd_kafka_event_error(event) != RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
        assigned({});  // first: who works on them should stop before they are another's
        rd_kafka_assign(client_.get(), nullptr);
        return;
    }
    std::set<Partition> partitions;
    for (int i = 0; i < list->cnt; ++i) {
        partitions.insert(Partition(list->elems[i].partition));
        list->elems[i].offset = 0;  // any number, so that no committed offset is asked for
    }
    rd_kafka_assign(client_.get(), list);
    rd_kafka_pause_partitions(client_.get(), list);
    assigned(std::move(partitions));
}

void KafkaAssignment::assigned(std::set<Partition> partitions) {
    if (partitions == assigned_->partitions) return;
    assigned_->partitions = std::move(partitions);
    assigned_->changed.cancel();
}

// Through a queue of our own: what is left in the group's queue keeps partitions, and so the client's threads, alive.
void KafkaAssignment::leave() {
    const kafka::QueueHandle farewell(rd_kafka_queue_new(client_.get()));
    const kafka::ErrorHandle error(rd_kafka_consumer_close_queue(client_.get(), farewell.get()));
    if (error) return;
    const auto deadline = std::chrono::steady_clock::now() + leave_within;
    while (rd_kafka_consumer_closed(client_.get()) == 0 && std::chrono::steady_clock::now() < deadline) {
        const kafka::EventHandle event(rd_kafka_queue_poll(farewell.get(), 50));
        if (event && rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_REBALANCE)
            rd_kafka_assign(client_.get(), nullptr);
    }
}

}  // namespace chat
