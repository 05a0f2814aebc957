#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "infra/memory/memory_event_log.hpp"
#include "tests/contract/log/log_contract.hpp"
#include "tests/support/coroutine.hpp"

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

// What tests of other code ask of it beyond the contract.
class MemoryLogHooks : public testing::Test {
protected:
    const std::shared_ptr<const Record> record_ = std::make_shared<const Record>(Record{"ann", {}, "x"});
    asio::io_context io_{1};
    std::shared_ptr<MemoryLog> shared_ = std::make_shared<MemoryLog>(1);
    MemoryEventLog log_{io_.get_executor(), shared_};
    const Partition p0_{0};
};

TEST_F(MemoryLogHooks, MakeAppendsFailAsTold) {
    shared_->faults = {AppendFault::outage, AppendFault::unknown_lost, AppendFault::unknown_stored,
                       AppendFault::somewhere};
    run(io_, [this]() -> asio::awaitable<void> {
        bool refused = false;
        try {
            (void)co_await log_.append(p0_, record_);
        } catch (const Outage&) {
            refused = true;
        }
        EXPECT_TRUE(refused);
        Delivery delivery = co_await log_.append(p0_, record_);
        EXPECT_TRUE(std::holds_alternative<DeliveryUnknown>(delivery));
        EXPECT_EQ(co_await log_.end(p0_), NextOffset(0));
        delivery = co_await log_.append(p0_, record_);
        EXPECT_TRUE(std::holds_alternative<DeliveryUnknown>(delivery));
        EXPECT_EQ(co_await log_.end(p0_), NextOffset(1));
        delivery = co_await log_.append(p0_, record_);
        EXPECT_TRUE(std::holds_alternative<DeliveredSomewhere>(delivery));
        EXPECT_EQ(co_await log_.end(p0_), NextOffset(2));
        delivery = co_await log_.append(p0_, record_);
        EXPECT_EQ(std::get<Offset>(delivery), Offset(2));
    });
}

TEST_F(MemoryLogHooks, CutTheLogWithoutAWord) {
    run(io_, [this]() -> asio::awaitable<void> {
        for (int i = 0; i < 5; ++i) (void)co_await log_.append(p0_, record_);
        shared_->cut(p0_, NextOffset(2));
        EXPECT_EQ(co_await log_.end(p0_), NextOffset(2));
        bool cut = false;
        try {
            (void)co_await log_.read(p0_, NextOffset(4), 1);
        } catch (const LogCut&) {
            cut = true;
        }
        EXPECT_TRUE(cut);
        const Delivery delivery = co_await log_.append(p0_, record_);
        EXPECT_EQ(std::get<Offset>(delivery), Offset(2)) << "offsets are used again";
    });
}

TEST_F(MemoryLogHooks, BreakTheConnectionUnderAReader) {
    bool told = false;
    spawn(io_, [&]() -> asio::awaitable<void> {
        try {
            (void)co_await log_.read(p0_, NextOffset(0), 1);
        } catch (const Outage&) {
            told = true;
        }
    });
    run(io_, [&]() -> asio::awaitable<void> {
        for (int i = 0; i < 3; ++i) (void)co_await log_.end(p0_);  // the reader waits by then
        shared_->break_connections();
        for (int i = 0; i < 3; ++i) (void)co_await log_.end(p0_);
    });
    EXPECT_TRUE(told);
}

INSTANTIATE_TEST_SUITE_P(Memory, LogContract,
                         testing::Values(LogAdapter{"memory", [] { return std::make_unique<MemorySite>(); }}));

}  // namespace
}  // namespace chat::test
