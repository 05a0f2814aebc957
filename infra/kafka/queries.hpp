#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "events/ids.hpp"
#include "infra/kafka/client.hpp"
#include "infra/kafka/kafka_options.hpp"

namespace chat::kafka {

/// Asks for the ends of partitions. All on `executor`; the questions themselves block, and so run on the pool
/// (librdkafka 2.0.2 has no other way). Who asks while a question about the same partition is under way shares the next
/// one: it must not learn an end from before it asked.
class Queries {
public:
    /// `options`, `bell` and `pool` outlive it; the pool is joined before it ends.
    Queries(asio::any_io_executor executor, const KafkaOptions& options, Bell& bell, asio::thread_pool& pool);
    ~Queries();

    /// As EventLog::end.
    asio::awaitable<NextOffset> end(Partition partition);

    /// Serves the client's events.
    void drain();

    /// For calls that block and so are made on the pool.
    std::shared_ptr<Client> client() const;

    /// Called on errors of the client, from `drain`.
    std::function<void(const ClientError&)> on_error;

private:
    struct Shared;
    std::shared_ptr<Shared> shared_;
    const KafkaOptions& options_;
};

}  // namespace chat::kafka
