#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <optional>
#include <utility>

#include "infra/postgres/postgres_event_log.hpp"
#include "tests/contract/log/log_contract.hpp"
#include "tests/support/postgres_database.hpp"
#include "tests/support/slower.hpp"

namespace chat::test {
namespace {

/// The adapter connects when it is made, so `run` waits for `open`.
class ConnectedPostgresLog final : public ConnectedLog {
public:
    ConnectedPostgresLog(asio::any_io_executor executor, PostgresOptions postgres)
        : executor_(executor), opened_(executor, asio::steady_timer::time_point::max()) {
        options_.postgres = std::move(postgres);
        options_.partitions = 3;
        options_.append_timeout *= slower;
    }

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

class PostgresSite final : public LogSite {
public:
    std::unique_ptr<ConnectedLog> connect(asio::any_io_executor executor) override {
        return std::make_unique<ConnectedPostgresLog>(std::move(executor), database_.options());
    }

private:
    MigratedDatabase database_;
};

INSTANTIATE_TEST_SUITE_P(Postgres, LogContract,
                         testing::Values(LogAdapter{"postgres", [] { return std::make_unique<PostgresSite>(); }}));

}  // namespace
}  // namespace chat::test
