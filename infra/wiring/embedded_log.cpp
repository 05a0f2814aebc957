#include "infra/wiring/embedded_log.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <optional>
#include <utility>

#include "infra/postgres/postgres_assignment.hpp"
#include "infra/postgres/postgres_event_log.hpp"
#include "infra/wiring/start.hpp"

namespace chat {
namespace {

/// The adapter connects when it is made, so it is made by `open`, and `run` waits for that.
class EmbeddedLog final : public OpenedLog {
public:
    EmbeddedLog(asio::any_io_executor executor, PostgresLogOptions options)
        : executor_(executor),
          options_(std::move(options)),
          opened_(executor, std::chrono::steady_clock::time_point::max()) {}

    asio::awaitable<void> open() override {
        log_.emplace(executor_, options_);
        opened_.cancel();
        co_return;
    }
    asio::awaitable<void> run() override {
        boost::system::error_code opened;
        if (!log_) co_await opened_.async_wait(asio::redirect_error(asio::use_awaitable, opened));
        if (log_) co_await log_->run();
    }
    EventLog& log() override { return *log_; }
    RecordSource& source() override { return *log_; }

private:
    asio::any_io_executor executor_;
    PostgresLogOptions options_;
    asio::steady_timer opened_;
    std::optional<PostgresEventLog> log_;
};

class EmbeddedAssignment final : public OpenedAssignment {
public:
    EmbeddedAssignment(asio::any_io_executor executor, PostgresOptions options, const std::string& group,
                       std::int32_t partitions)
        : assignment_(executor, std::move(options), group, partitions) {}

    /// It asks when it is asked.
    asio::awaitable<void> run() override {
        asio::steady_timer never(co_await asio::this_coro::executor, std::chrono::steady_clock::time_point::max());
        co_await never.async_wait(asio::use_awaitable);
    }
    PartitionAssignment& port() override { return assignment_; }

private:
    PostgresAssignment assignment_;
};

PostgresLogOptions embedded_options(const Settings& settings, Program program) {
    PostgresLogOptions options;
    options.postgres = postgres_options(settings, program);
    options.partitions = settings.make_log ? settings.partitions : 0;
    options.append_timeout = settings.append_timeout;
    return options;
}

}  // namespace

std::unique_ptr<OpenedLog> make_embedded_log(asio::any_io_executor executor, const Settings& settings,
                                             Program program) {
    return std::make_unique<EmbeddedLog>(executor, embedded_options(settings, program));
}

std::unique_ptr<OpenedAssignment> make_embedded_assignment(asio::any_io_executor executor, const Settings& settings,
                                                           Program program, std::int32_t partitions) {
    return std::make_unique<EmbeddedAssignment>(executor, postgres_options(settings, program),
                                                group_of(settings, program), partitions);
}

}  // namespace chat
