#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "infra/kafka/client.hpp"
#include "infra/kafka/delivery_report.hpp"
#include "infra/kafka/kafka_options.hpp"

namespace chat::kafka {

/// Appends to the topic's partitions. All on `executor`. It outlives its client: an idempotent producer that has turned
/// fatal, or that lost its brokers with records in flight, is replaced by a new one.
class Producer {
public:
    /// `options`, `bell` and `pool` outlive it. The pool is for destroying clients, which blocks.
    Producer(asio::any_io_executor executor, const KafkaOptions& options, Bell& bell, asio::thread_pool& pool);
    ~Producer();

    /// As EventLog::append.
    asio::awaitable<Delivery> append(Partition partition, std::shared_ptr<const Record> record);

    /// Serves the clients' events.
    void drain();

    /// Everything that waits ends now: unsent records with an Outage, the others as DeliveryUnknown.
    void give_up_waiting();

    /// Everything in flight becomes DeliveryUnknown{reason} at once, and nothing is appended any more.
    void stop(const std::string& reason);

    /// The current client, for calls that block and so are made on the pool. It may be replaced meanwhile.
    std::shared_ptr<Client> client() const { return current_->client; }

    /// Records that wait for an answer.
    std::size_t in_flight() const;

    /// Called on errors of the client, from `drain`.
    std::function<void(const ClientError&)> on_error;

private:
    /// An append whose answer is awaited; the coroutine that waits may have gone.
    struct Append {
        Append(asio::any_io_executor executor, std::shared_ptr<const Record> record);
        std::shared_ptr<const Record> record;  // librdkafka reads its value until the report is in
        asio::steady_timer wake;
        std::optional<Answer> answer;
    };
    using InFlight = std::unordered_map<std::uintptr_t, std::shared_ptr<Append>>;

    /// A client and its topic. Members stand in order of life: records outlive the client, the client the topic.
    struct Generation {
        Generation(const KafkaOptions& options, Bell& bell);
        InFlight in_flight;
        std::shared_ptr<Client> client;
        TopicHandle topic;
    };

    void send(Partition partition, const std::shared_ptr<Append>& append);
    void serve_generation(Generation& generation);
    void replace();
    void destroy_later(std::unique_ptr<Generation> generation);

    asio::any_io_executor executor_;
    const KafkaOptions& options_;
    Bell& bell_;
    asio::thread_pool& pool_;
    std::unique_ptr<Generation> current_;
    /// Replaced, until their last reports are in.
    std::list<std::unique_ptr<Generation>> retired_;
    bool fatal_ = false;  // of the current client
    std::optional<std::string> stopped_;
    std::uintptr_t next_id_ = 1;
};

}  // namespace chat::kafka
