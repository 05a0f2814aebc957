#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include "infra/kafka/kafka_assignment.hpp"
#include "infra/kafka/kafka_event_log.hpp"
#include "tests/support/coroutine.hpp"
#include "tests/support/kafka_address.hpp"
#include "tests/support/kafka_broker.hpp"
#include "tests/support/running.hpp"

namespace chat::test {
namespace {

using namespace std::chrono_literals;

constexpr Partition p0{0};

std::shared_ptr<const Record> record(std::string value) {
    return std::make_shared<const Record>(Record{"ann", {}, std::move(value)});
}

/// One broker for the tests here, as starting one takes seconds; each has a topic of its own.
class BrokerRestart : public testing::Test {
protected:
    static void SetUpTestSuite() { broker_ = std::make_unique<KafkaBroker>(); }
    static void TearDownTestSuite() { broker_.reset(); }

    BrokerRestart() {
        if (!broker_->running()) broker_->start();
        options_.brokers = broker_->address();
        options_.topic = unique_topic();
        options_.partitions = 2;
        options_.append_timeout = 2s;
        options_.query_timeout = 2s;
    }

    ~BrokerRestart() override { broker_->thaw(); }

    asio::awaitable<void> open(KafkaEventLog& log) {
        for (int tries = 0;; ++tries) {
            try {
                co_await log.open();
                co_return;
            } catch (const Outage&) {
                if (tries == 20) throw;
            }
        }
    }

    /// Appends until one is acknowledged.
    asio::awaitable<Offset> append_at_last(KafkaEventLog& log, std::string value) {
        const auto deadline = std::chrono::steady_clock::now() + 60s;
        const auto one = record(std::move(value));
        while (true) {
            try {
                const Delivery delivery = co_await log.append(p0, one);
                if (const auto* offset = std::get_if<Offset>(&delivery)) co_return *offset;
            } catch (const Outage&) {
                if (std::chrono::steady_clock::now() > deadline) throw;
            }
            asio::steady_timer pause(io_, 5ms);
            co_await pause.async_wait(asio::use_awaitable);
        }
    }

    asio::awaitable<std::vector<StoredRecord>> read_all(KafkaEventLog& log) {
        std::vector<StoredRecord> all;
        const NextOffset end = co_await log.end(p0);
        NextOffset next{0};
        while (next < end) {
            for (auto& stored : co_await log.read(p0, next, 1000)) all.push_back(std::move(stored));
            next = after(all.back().offset);
        }
        co_return all;
    }

    static std::unique_ptr<KafkaBroker> broker_;
    asio::io_context io_{1};
    KafkaOptions options_;
};

std::unique_ptr<KafkaBroker> BrokerRestart::broker_;

TEST_F(BrokerRestart, RefusesAtOnceWhileTheBrokerIsDeadAndGoesOnByItself) {
    KafkaEventLog log(io_.get_executor(), options_);
    Running running(io_, log.run());
    run(
        io_,
        [&]() -> asio::awaitable<void> {
            co_await open(log);
            EXPECT_EQ(co_await append_at_last(log, "before"), Offset(0));
            broker_->kill();
            co_await until([&] { return !log.reachable(); }, "the loss is noticed", 5s);

            const auto begin = std::chrono::steady_clock::now();
            int refused = 0;
            for (int i = 0; i < 100; ++i) {
                try {
                    (void)co_await log.append(p0, record("refused"));
                } catch (const Outage&) {
                    refused += 1;
                }
                try {
                    (void)co_await log.end(p0);
                } catch (const Outage&) {
                    refused += 1;
                }
            }
            EXPECT_EQ(refused, 200);
            EXPECT_LT(std::chrono::steady_clock::now() - begin, 500ms);
            EXPECT_EQ(log.in_flight(), 0U);

            broker_->start();
            EXPECT_EQ(co_await append_at_last(log, "after"), Offset(1)) << "nothing that was refused is stored";
            EXPECT_EQ(co_await log.end(p0), NextOffset(2));
        },
        120s);
}

TEST_F(BrokerRestart, TellsAReaderThatWaitsAndLetsItReadOn) {
    KafkaEventLog log(io_.get_executor(), options_);
    Running running(io_, log.run());
    run(
        io_,
        [&]() -> asio::awaitable<void> {
            co_await open(log);
            (void)co_await append_at_last(log, "before");
            (void)co_await log.read(p0, NextOffset(0), 10);
            broker_->kill();
            bool told = false;
            try {
                (void)co_await log.read(p0, NextOffset(1), 10);
            } catch (const Outage&) {
                told = true;
            }
            EXPECT_TRUE(told);
            broker_->start();
            (void)co_await append_at_last(log, "after");
            std::vector<StoredRecord> read;
            while (read.empty()) {
                try {
                    read = co_await log.read(p0, NextOffset(0), 1);
                } catch (const Outage&) {
                    continue;  // connecting again may take several tries
                }
            }
            EXPECT_EQ(read[0].record->value, "before");
            read = co_await log.read(p0, NextOffset(1), 10);
            EXPECT_EQ(read[0].record->value, "after");
        },
        120s);
}

TEST_F(BrokerRestart, KeepsEveryWordItGaveWhenTheBrokerIsKilledUnderLoad) {
    options_.append_timeout = 3s;
    KafkaEventLog log(io_.get_executor(), options_);
    Running running(io_, log.run());
    std::map<std::int64_t, std::string> acknowledged;
    std::set<std::string> refused;
    int unknown = 0;
    int writing = 0;
    bool enough = false;
    const auto writer = [&](int name) -> asio::awaitable<void> {
        ++writing;
        asio::steady_timer pause(io_);
        for (int i = 0; !enough; ++i) {
            const std::string value = std::to_string(name) + "/" + std::to_string(i);
            try {
                const Delivery delivery = co_await log.append(p0, record(value));
                if (const auto* offset = std::get_if<Offset>(&delivery))
                    EXPECT_TRUE(acknowledged.emplace(offset->value(), value).second) << "an offset was given twice";
                else
                    unknown += 1;
                continue;
            } catch (const Outage&) {
                refused.insert(value);
            }
            pause.expires_after(10ms);
            co_await pause.async_wait(asio::use_awaitable);
        }
        --writing;
    };
    std::vector<StoredRecord> stored;
    run(
        io_,
        [&]() -> asio::awaitable<void> {
            co_await open(log);
            for (int name = 0; name < 64; ++name) spawn(io_, [&writer, name] { return writer(name); });
            for (int round = 0; round < 3; ++round) {
                const std::size_t before = acknowledged.size();
                co_await until([&] { return acknowledged.size() > before + 2000; }, "appends go on", 60s);
                broker_->kill();
                co_await until([&] { return !log.reachable(); }, "the loss is noticed", 10s);
                broker_->start();
            }
            const std::size_t before = acknowledged.size();
            co_await until([&] { return acknowledged.size() > before + 2000; }, "appends go on", 60s);
            enough = true;
            co_await until([&] { return writing == 0 && log.in_flight() == 0; }, "the writers are done", 60s);
            stored = co_await read_all(log);
        },
        240s);

    std::map<std::string, int> copies;
    for (std::size_t i = 0; i < stored.size(); ++i) {
        EXPECT_EQ(stored[i].offset.value(), static_cast<std::int64_t>(i));
        copies[stored[i].record->value] += 1;
    }
    for (const auto& [offset, value] : acknowledged) {
        ASSERT_LT(static_cast<std::size_t>(offset), stored.size()) << "an acknowledged record is lost";
        EXPECT_EQ(stored[static_cast<std::size_t>(offset)].record->value, value);
    }
    for (const auto& value : refused) EXPECT_EQ(copies.count(value), 0U) << value << " was refused and is stored";
    EXPECT_GT(acknowledged.size(), 8000U);
    RecordProperty("acknowledged", static_cast<int>(acknowledged.size()));
    RecordProperty("refused", static_cast<int>(refused.size()));
    RecordProperty("unknown", unknown);
}

TEST_F(BrokerRestart, AnswersWithinItsBoundsWhileTheBrokerIsFrozen) {
    options_.append_timeout = 1s;
    options_.query_timeout = 1s;
    options_.queue_records = 20;
    KafkaEventLog log(io_.get_executor(), options_);
    Running running(io_, log.run());
    int unknown = 0;
    int refused = 0;
    const auto append = [&]() -> asio::awaitable<void> {
        try {
            if (std::holds_alternative<DeliveryUnknown>(co_await log.append(p0, record("x")))) unknown += 1;
        } catch (const Outage&) {
            refused += 1;
        }
    };
    run(
        io_,
        [&]() -> asio::awaitable<void> {
            co_await open(log);
            (void)co_await append_at_last(log, "before");
            broker_->freeze();
            const auto begin = std::chrono::steady_clock::now();
            for (int i = 0; i < 50; ++i) spawn(io_, append);
            bool end_refused = false;
            try {
                (void)co_await log.end(p0);
            } catch (const Outage&) {
                end_refused = true;
            }
            EXPECT_TRUE(end_refused);
            co_await until([&] { return unknown + refused == 50; }, "answers", 5s);
            EXPECT_LT(std::chrono::steady_clock::now() - begin, 4s);
            EXPECT_EQ(unknown, 20) << "as many as the queue holds";
            EXPECT_EQ(refused, 30) << "the others at once";
            broker_->thaw();
            (void)co_await append_at_last(log, "after");
            co_await until([&] { return log.in_flight() == 0; }, "all reports are in", 60s);
        },
        120s);
    EXPECT_LE(log.in_flight(), 20U);
}

TEST_F(BrokerRestart, FindsThatTheLogWasCut) {
    KafkaEventLog log(io_.get_executor(), options_);
    Running running(io_, log.run());
    bool cut = false;
    run(
        io_,
        [&]() -> asio::awaitable<void> {
            co_await open(log);
            for (int i = 0; i < 10; ++i) (void)co_await append_at_last(log, "lost");
            (void)co_await log.read(p0, NextOffset(0), 10);
            broker_->kill();
            broker_->lose_records(options_.topic, 0);
            broker_->start();
            while (!cut) {
                try {
                    (void)co_await log.read(p0, NextOffset(9), 1);  // the last known record
                } catch (const Outage&) {
                    continue;
                } catch (const LogCut&) {
                    cut = true;
                }
            }
        },
        120s);
    EXPECT_TRUE(cut);
}

TEST_F(BrokerRestart, ClosesInGoodTimeWhenTheBrokerIsFrozenOrDead) {
    for (const bool dead : {false, true}) {
        auto log = std::make_unique<KafkaEventLog>(io_.get_executor(), options_);
        auto running = std::make_unique<Running>(io_, log->run());
        constexpr std::size_t all = 100;
        std::size_t answered = 0;
        std::size_t stored = 0;
        std::size_t asked = 0;
        const auto append = [&]() -> asio::awaitable<void> {
            try {
                const Delivery delivery = co_await log->append(p0, record("x"));
                if (!std::holds_alternative<DeliveryUnknown>(delivery)) ++stored;
            } catch (const Outage&) {
            }
            ++answered;
        };
        const auto ask = [&]() -> asio::awaitable<void> {
            ++asked;
            try {
                (void)co_await log->end(p0);
            } catch (const Outage&) {
            }
            ++answered;
        };
        const auto read = [&]() -> asio::awaitable<void> {
            ++asked;
            try {
                (void)co_await log->read(Partition(1), NextOffset(0), 1);
            } catch (const Outage&) {
            }
            ++answered;
        };
        run(
            io_,
            [&]() -> asio::awaitable<void> {
                co_await open(*log);
                dead ? broker_->kill() : broker_->freeze();
                for (std::size_t i = 0; i < all; ++i) spawn(io_, append);
                spawn(io_, ask);
                spawn(io_, read);
                co_await until([&] { return asked == 2; }, "all are under way");
            },
            60s);
        const auto begin = std::chrono::steady_clock::now();
        running.reset();
        run(io_, [&] { return until([&] { return answered == all + 2; }, "answers", 5s); });
        EXPECT_EQ(stored, 0U);
        log.reset();
        EXPECT_LT(std::chrono::steady_clock::now() - begin, 6s) << (dead ? "dead" : "frozen");
        broker_->thaw();
    }
}

TEST_F(BrokerRestart, LeavesAGroupInGoodTimeWhenTheBrokerIsFrozenOrDead) {
    KafkaEventLog log(io_.get_executor(), options_);
    Running running(io_, log.run());
    run(
        io_, [&] { return open(log); }, 60s);
    for (const bool dead : {false, true}) {
        KafkaGroupOptions group;
        group.brokers = options_.brokers;
        group.topic = options_.topic;
        group.group = unique_topic();
        auto assignment = std::make_unique<KafkaAssignment>(io_.get_executor(), group);
        auto member = std::make_unique<Running>(io_, assignment->run());
        std::set<Partition> partitions;
        run(
            io_, [&]() -> asio::awaitable<void> { partitions = co_await assignment->changed({}); }, 60s);
        EXPECT_EQ(partitions.size(), 2U);
        dead ? broker_->kill() : broker_->freeze();
        const auto begin = std::chrono::steady_clock::now();
        member.reset();
        assignment.reset();
        EXPECT_LT(std::chrono::steady_clock::now() - begin, 8s) << (dead ? "dead" : "frozen");
        broker_->thaw();
    }
}

}  // namespace
}  // namespace chat::test
