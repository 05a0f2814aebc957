#include "infra/kafka/producer.hpp"

#include "infra/kafka/produce.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <stdexcept>
#include <utility>
#include <vector>

namespace chat::kafka {

Producer::Append::Append(asio::any_io_executor executor, std::shared_ptr<const Record> appended)
    : record(std::move(appended)), wake(executor) {}

Producer::Generation::Generation(const KafkaOptions& options, Bell& bell)
    : client(std::make_shared<Client>(RD_KAFKA_PRODUCER, producer_settings(options), bell)),
      topic(rd_kafka_topic_new(client->get(), options.topic.c_str(), nullptr)) {
    if (!topic) throw std::runtime_error(std::string("Kafka topic: ") + rd_kafka_err2str(rd_kafka_last_error()));
}

Producer::Producer(asio::any_io_executor executor, const KafkaOptions& options, Bell& bell, asio::thread_pool& pool)
    : executor_(executor),
      options_(options),
      bell_(bell),
      pool_(pool),
      current_(std::make_unique<Generation>(options, bell)) {}

Producer::~Producer() {
    stop("the log is closed");
    current_->client->silence();
    for (auto& generation : retired_) generation->client->silence();
}

asio::awaitable<Delivery> Producer::append(Partition partition, std::shared_ptr<const Record> record) {
    if (stopped_) throw Outage(*stopped_);
    // Shared: this coroutine and the report may end in any order, and either may come after the producer's end.
    const auto append = std::make_shared<Append>(executor_, std::move(record));
    append->wake.expires_after(options_.append_timeout);
    send(partition, append);
    boost::system::error_code woken;
    co_await append->wake.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    if (!append->answer) {
        if (woken) throw boost::system::system_error(woken);  // cancelled
        co_return DeliveryUnknown{"the broker did not answer in time"};
    }
    if (const auto* outage = std::get_if<Outage>(&*append->answer)) throw *outage;
    co_return std::get<Delivery>(std::move(*append->answer));
}

void Producer::send(Partition partition, const std::shared_ptr<Append>& append) {
    if (fatal_) replace();
    const std::uintptr_t id = next_id_++;
    current_->in_flight.emplace(id, append);
    const auto error =
        produce(current_->client->get(), current_->topic.get(), partition, *append->record, Value::kept, id);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return;
    current_->in_flight.erase(id);
    const std::string text = rd_kafka_err2str(error);
    if (error == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE) throw std::length_error("a record for Kafka: " + text);
    if (error == RD_KAFKA_RESP_ERR__FATAL) fatal_ = true;
    throw Outage("Kafka's producer does not take a record: " + text);
}

void Producer::drain() {
    serve_generation(*current_);
    if (fatal_) replace();
    for (auto it = retired_.begin(); it != retired_.end();) {
        serve_generation(**it);
        if ((*it)->in_flight.empty()) {
            destroy_later(std::move(*it));
            it = retired_.erase(it);
        } else {
            ++it;
        }
    }
}

void Producer::serve_generation(Generation& generation) {
    const bool is_current = &generation == current_.get();
    const EventHandlers handlers{
        [&](const ClientError& error) {
            if (!is_current) return;
            if (error.fatal) fatal_ = true;
            if (on_error) on_error(error);
        },
        [&](rd_kafka_event_t* event) {
            while (const rd_kafka_message_t* report = rd_kafka_event_message_next(event)) {
                const auto found = generation.in_flight.find(reinterpret_cast<std::uintptr_t>(report->_private));
                if (found == generation.in_flight.end()) continue;  // given up
                if (!found->second->answer) {
                    found->second->answer = answer_of(*report);
                    found->second->wake.cancel();
                }
                generation.in_flight.erase(found);
            }
        },
        options_.client_log};
    serve(*generation.client, handlers);
}

void Producer::give_up_waiting() {
    if (!current_->in_flight.empty()) replace();
}

// A purge leaves a gap in the numbers by which brokers tell second copies, so a purged client cannot go on.
void Producer::replace() {
    fatal_ = false;
    auto next = std::make_unique<Generation>(options_, bell_);
    rd_kafka_purge(current_->client->get(),
                   RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING);
    retired_.push_back(std::exchange(current_, std::move(next)));
    bell_.ring();
}

void Producer::destroy_later(std::unique_ptr<Generation> generation) {
    generation->client->silence();  // it may outlive the bell
    asio::post(pool_, [generation = std::shared_ptr<Generation>(std::move(generation))] {});
}

void Producer::stop(const std::string& reason) {
    stopped_ = reason;
    const auto end_all = [&](Generation& generation) {
        for (auto& [id, append] : generation.in_flight) {
            if (append->answer) continue;
            append->answer = Delivery(DeliveryUnknown{reason});
            append->wake.cancel();
        }
    };
    end_all(*current_);
    for (auto& generation : retired_) end_all(*generation);
}

std::size_t Producer::in_flight() const {
    std::size_t all = current_->in_flight.size();
    for (const auto& generation : retired_) all += generation->in_flight.size();
    return all;
}

}  // namespace chat::kafka
