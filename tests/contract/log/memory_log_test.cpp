#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "infra/memory/memory_event_log.hpp"
#include "tests/contract/log/log_contract.hpp"

namespace chat::test {
namespace {

class ConnectedMemoryLog final : public ConnectedLog {
public:
    ConnectedMemoryLog(asio::any_io_executor executor, std::shared_ptr<MemoryLog> log)
        : log_(executor, std::move(log)), never_(executor, asio::steady_timer::time_point::max()) {}

    asio::awaitable<void> open() override { co_return; }
    asio::awaitable<void> run() override { co_await never_.async_wait(asio::use_awaitable); }
    EventLog& log() override { return log_; }
    RecordSource& source() override { return log_; }

private:
    MemoryEventLog log_;
    asio::steady_timer never_;
};

class MemorySite final : public LogSite {
public:
    std::unique_ptr<ConnectedLog> connect(asio::any_io_executor executor) override {
        return std::make_unique<ConnectedMemoryLog>(std::move(executor), log_);
    }

private:
    std::shared_ptr<MemoryLog> log_ = std::make_shared<MemoryLog>(3);
};

INSTANTIATE_TEST_SUITE_P(Memory, LogContract,
                         testing::Values(LogAdapter{"memory", [] { return std::make_unique<MemorySite>(); }}));

}  // namespace
}  // namespace chat::test
