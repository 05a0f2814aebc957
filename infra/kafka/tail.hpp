#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "events/ids.hpp"
#include "events/record.hpp"
#include "infra/kafka/client.hpp"
#include "infra/kafka/kafka_options.hpp"

namespace chat::kafka {

/// Reads the topic's partitions at explicit offsets. All on `executor`.
///
/// Each partition that is read has a queue of its own, which librdkafka fills ahead and bounds. (librdkafka calls this
/// its simple consumer: unlike `assign` it needs no group, so no coordinator.)
class Tail {
public:
    /// `options` and `bell` outlive it.
    Tail(asio::any_io_executor executor, const KafkaOptions& options, Bell& bell);
    ~Tail();

    /// As RecordSource::read.
    asio::awaitable<std::vector<StoredRecord>> read(Partition partition, NextOffset next, std::size_t limit);

    /// As EventLog::distrust.
    void distrust(Partition partition);

    /// Serves the client's events and wakes the reads that wait. At each ring.
    void drain();

    /// Stops reading ahead where nobody has read for some time.
    void release_unread();

    /// Reads end with an Outage: those that wait now, and the next one of each other partition that is being read.
    void interrupt(const std::string& reason);

    /// For calls that block and so are made on a pool.
    std::shared_ptr<Client> client() const { return client_; }

    /// Called on errors of the client, from `drain`.
    std::function<void(const ClientError&)> on_error;

private:
    /// One partition. Shared with the coroutine that reads it, which may come back after the tail's end.
    struct Reading {
        explicit Reading(asio::any_io_executor executor) : wake(executor) {}
        QueueHandle queue;      // null: not being read
        NextOffset next;        // what the queue gives next
        std::size_t taken = 0;  // bytes since the last wait
        std::optional<std::string> broken;
        bool waiting = false;
        asio::steady_timer wake;
        std::chrono::steady_clock::time_point last_read;
    };

    Reading& start(Partition partition, NextOffset next);
    void stop(Partition partition, Reading& reading);
    void resume(Partition partition, Reading& reading);
    std::vector<StoredRecord> take(Partition partition, Reading& reading, std::size_t limit);

    asio::any_io_executor executor_;
    const KafkaOptions& options_;
    Bell& bell_;
    std::shared_ptr<Client> client_;
    TopicHandle topic_;
    std::map<Partition, std::shared_ptr<Reading>> readings_;
};

}  // namespace chat::kafka
