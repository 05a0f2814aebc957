#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <exception>
#include <memory>
#include <optional>
#include <string>

#include "infra/config/settings.hpp"
#include "infra/log/logger.hpp"
#include "infra/postgres/postgres_pool.hpp"
#include "infra/postgres/postgres_read_model_store.hpp"
#include "projections/projector.hpp"
#include "projections/stop_event.hpp"

namespace chat {

/// A projector for a read model that nobody reads yet: keeps it up with the log, all partitions, until it is stopped.
/// May be started and stopped again. On one executor; what it is given outlives it.
class Follower {
public:
    Follower(asio::any_io_executor executor, RecordSource& source, PostgresOptions schema, const Settings& settings,
             Logger logger);

    void start();
    /// Batches in flight are finished. Throws what ended it before.
    asio::awaitable<void> stop();

    /// Records of the log that are not applied; throws what the follower cannot get over: LogCut, and bugs.
    asio::awaitable<std::int64_t> behind();

private:
    struct Run;
    class Observer;

    asio::any_io_executor executor_;
    RecordSource& source_;
    PostgresPool pool_;
    PostgresReadModelStore store_;
    ProjectorOptions options_;
    std::shared_ptr<Observer> observer_;
    std::shared_ptr<Run> run_;
};

}  // namespace chat
