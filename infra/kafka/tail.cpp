#include "infra/kafka/tail.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <stdexcept>
#include <utility>

#include "events/log_cut.hpp"
#include "events/outage.hpp"
#include "infra/kafka/client_settings.hpp"
#include "infra/kafka/record_of.hpp"

namespace chat::kafka {
namespace {

// A read gives less than its limit rather than much more than this.
constexpr std::size_t read_bytes = std::size_t{8} << 20;
constexpr std::chrono::seconds unread_for(30);

[[noreturn]] void throw_fault(Partition partition, NextOffset next, rd_kafka_event_t* event) {
    const std::string where = "partition " + std::to_string(partition.value()) + " at " + std::to_string(next.value());
    const std::string what = rd_kafka_event_error_string(event);
    switch (rd_kafka_event_error(event)) {
        case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
        case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
        // The partition was there when the log was opened.
        case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
        case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
        case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
            throw LogCut("the log does not hold " + where + ": " + what);
        default:
            throw Outage("reading " + where + ": " + what);
    }
}

}  // namespace

Tail::Tail(asio::any_io_executor executor, const KafkaOptions& options, Bell& bell)
    : executor_(executor),
      options_(options),
      bell_(bell),
      client_(std::make_shared<Client>(RD_KAFKA_CONSUMER, tail_settings(options), bell)),
      topic_(rd_kafka_topic_new(client_->get(), options.topic.c_str(), nullptr)) {
    if (!topic_) throw std::runtime_error(std::string("Kafka topic: ") + rd_kafka_err2str(rd_kafka_last_error()));
}

Tail::~Tail() {
    interrupt("the log is closed");
    for (auto& [partition, reading] : readings_) stop(partition, *reading);
    client_->silence();
}

asio::awaitable<std::vector<StoredRecord>> Tail::read(Partition partition, NextOffset next, std::size_t limit) {
    auto& place = readings_[partition];
    if (!place) place = std::make_shared<Reading>(executor_);
    const auto reading = place;
    while (true) {
        if (reading->broken) {
            const std::string reason = *std::exchange(reading->broken, std::nullopt);
            if (reading->queue) stop(partition, *reading);
            throw Outage(reason);
        }
        if (!reading->queue || reading->next != next) start(partition, next);
        auto records = take(partition, *reading, limit);
        if (!records.empty()) co_return records;

        resume(partition, *reading);
        reading->waiting = true;
        reading->wake.expires_at(asio::steady_timer::time_point::max());
        boost::system::error_code woken;
        co_await reading->wake.async_wait(asio::redirect_error(asio::use_awaitable, woken));
        reading->waiting = false;
        const auto cancellation = co_await asio::this_coro::cancellation_state;
        if (cancellation.cancelled() != asio::cancellation_type::none)
            throw boost::system::system_error(asio::error::operation_aborted);
    }
}

Tail::Reading& Tail::start(Partition partition, NextOffset next) {
    Reading& reading = *readings_.at(partition);
    if (reading.queue) stop(partition, reading);
    // A new queue each time: nothing from before the seek can be in it.
    QueueHandle queue(rd_kafka_queue_new(client_->get()));
    bell_.watch(queue.get());
    if (rd_kafka_consume_start_queue(topic_.get(), partition.value(), next.value(), queue.get()) != 0)
        throw Outage(std::string("cannot read the log: ") + rd_kafka_err2str(rd_kafka_last_error()));
    reading.queue = std::move(queue);
    reading.next = next;
    reading.taken = 0;
    return reading;
}

void Tail::distrust(Partition partition) {
    const auto reading = readings_.find(partition);
    if (reading != readings_.end() && !reading->second->waiting) stop(partition, *reading->second);
}

// Waits for librdkafka's main thread, which only passes things on: less than a millisecond.
void Tail::stop(Partition partition, Reading& reading) {
    if (!reading.queue) return;
    Bell::unwatch(reading.queue.get());
    rd_kafka_consume_stop(topic_.get(), partition.value());
    reading.queue.reset();
}

// As events, since rd_kafka_consume_batch_queue swallows the error that a topic is gone.
std::vector<StoredRecord> Tail::take(Partition partition, Reading& reading, std::size_t limit) {
    std::vector<StoredRecord> records;
    std::size_t bytes = 0;
    reading.last_read = std::chrono::steady_clock::now();
    while (records.size() < limit && bytes < read_bytes) {
        const EventHandle event(rd_kafka_queue_poll(reading.queue.get(), 0));
        if (!event) break;
        if (rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_ERROR) {
            const NextOffset next = reading.next;
            stop(partition, reading);
            // The records before it are good. The next read starts anew, and meets the fault again if it lasts.
            if (!records.empty()) break;
            throw_fault(partition, next, event.get());
        }
        while (const rd_kafka_message_t* message = rd_kafka_event_message_next(event.get())) {
            records.push_back({Offset(message->offset), record_of(*message)});
            bytes += message->len + message->key_len;
            reading.next = after(records.back().offset);
        }
    }
    reading.taken += bytes;
    return records;
}

// A full queue stops the fetch. Where librdkafka looks again only after up to 1 s, a reader slower than the network
// would stand still for half the time. A seek to where the reading is anyway makes it look at once. It costs a fetch
// that is on its way, so only where the queue must have been full. Where it can be told to look again soon, a seek
// makes it look no sooner.
void Tail::resume(Partition partition, Reading& reading) {
    const std::size_t taken = std::exchange(reading.taken, 0);
    if (looks_again_soon() || taken < options_.read_ahead_bytes / 4 * 3) return;
    rd_kafka_seek(topic_.get(), partition.value(), reading.next.value(), 0);
}

void Tail::drain() {
    serve(*client_, {[&](const ClientError& error) {
                         // Any of them: which partition's connection it was is not told, and a connection may be back
                         // before we hear of it. Reading on blindly could miss that the log was cut meanwhile.
                         interrupt("the connection to Kafka broke: " + error.text);
                         if (on_error) on_error(error);
                     },
                     {},
                     options_.client_log});
    for (auto& [partition, reading] : readings_)
        if (reading->waiting && reading->queue && rd_kafka_queue_length(reading->queue.get()) > 0)
            reading->wake.cancel();
}

void Tail::release_unread() {
    const auto before = std::chrono::steady_clock::now() - unread_for;
    for (auto& [partition, reading] : readings_)
        if (reading->queue && !reading->waiting && reading->last_read < before) stop(partition, *reading);
}

void Tail::interrupt(const std::string& reason) {
    for (auto& [partition, reading] : readings_) {
        if (reading->queue) reading->broken = reason;
        if (reading->waiting) reading->wake.cancel();
    }
}

}  // namespace chat::kafka
