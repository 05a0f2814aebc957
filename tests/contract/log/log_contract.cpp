// One file, as it is one list: what every event log keeps to, a case each.
#include "tests/contract/log/log_contract.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <exception>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>

#include "tests/support/coroutine.hpp"
#include "tests/support/slower.hpp"

namespace chat::test {

using namespace std::chrono_literals;

// The coroutines that move bytes for the test's logs.
struct LogContract::Runs {
    std::list<asio::cancellation_signal> cancel;
    std::size_t alive = 0;
};

LogContract::LogContract() : site_(GetParam().make_site()), runs_(std::make_unique<Runs>()) {}

LogContract::~LogContract() {
    for (auto& signal : runs_->cancel) signal.emit(asio::cancellation_type::terminal);
    io_.restart();
    const auto deadline = std::chrono::steady_clock::now() + 10s * slower;
    while (runs_->alive > 0 && io_.run_one_until(deadline) > 0) continue;
    EXPECT_EQ(runs_->alive, 0U) << "run() does not end when it is cancelled";
}

void LogContract::within(std::chrono::seconds most, std::function<asio::awaitable<void>()> body) {
    run(io_, std::move(body), most);
}

asio::awaitable<ConnectedLog*> LogContract::connect() {
    logs_.push_back(site_->connect(io_.get_executor()));
    ConnectedLog* log = logs_.back().get();
    auto& cancel = runs_->cancel.emplace_back();
    runs_->alive += 1;
    asio::co_spawn(io_, log->run(), asio::bind_cancellation_slot(cancel.slot(), [this](std::exception_ptr) {
                       runs_->alive -= 1;  // ends by an exception when it is cancelled, as coroutines do
                   }));
    co_await log->open();
    co_return log;
}

namespace {

using Records = std::vector<StoredRecord>;

std::shared_ptr<const Record> record(std::string value) {
    return std::make_shared<const Record>(Record{"ann", {{"ce_type", "test"}}, std::move(value)});
}

/// Appends, and throws if it is not known to be stored. None: stored, and the log did not say where, which every log
/// may do after a retry.
asio::awaitable<std::optional<Offset>> store(EventLog& log, Partition partition, std::string value) {
    const Delivery delivery = co_await log.append(partition, record(std::move(value)));
    if (const auto* unknown = std::get_if<DeliveryUnknown>(&delivery))
        throw std::runtime_error("an append's outcome is unknown: " + unknown->reason);
    if (const auto* offset = std::get_if<Offset>(&delivery)) co_return *offset;
    co_return std::nullopt;
}

/// Appends, for tests that are about where the record is.
asio::awaitable<Offset> append(EventLog& log, Partition partition, std::string value) {
    const std::optional<Offset> offset = co_await store(log, partition, std::move(value));
    if (!offset) throw std::runtime_error("an append was stored by a retry, so the log did not say where");
    co_return *offset;
}

asio::awaitable<void> append_numbers(EventLog& log, Partition partition, int count) {
    for (int i = 0; i < count; ++i) (void)co_await store(log, partition, std::to_string(i));
}

/// `count` records from `next` on, by as many reads as it takes.
template <class Log>
asio::awaitable<Records> read_exactly(Log& log, Partition partition, NextOffset next, std::size_t count) {
    Records all;
    while (all.size() < count) {
        const Records some = co_await log.read(partition, next, count - all.size());
        if (some.empty() || some.size() > count - all.size()) throw std::runtime_error("a read of none, or too many");
        all.insert(all.end(), some.begin(), some.end());
        next = after(all.back().offset);
    }
    co_return all;
}

std::vector<std::int64_t> offsets(const Records& records) {
    std::vector<std::int64_t> all;
    for (const auto& stored : records) all.push_back(stored.offset.value());
    return all;
}

std::vector<std::string> values(const Records& records) {
    std::vector<std::string> all;
    for (const auto& stored : records) all.push_back(stored.record->value);
    return all;
}

std::vector<std::int64_t> numbers(std::int64_t from, std::int64_t to) {
    std::vector<std::int64_t> all;
    for (; from < to; ++from) all.push_back(from);
    return all;
}

/// Runs them beside each other; ends when all have ended, and throws what the first one to fail threw.
asio::awaitable<void> together(std::vector<asio::awaitable<void>> work) {
    const auto executor = co_await asio::this_coro::executor;
    using Operation = decltype(asio::co_spawn(executor, std::declval<asio::awaitable<void>>(), asio::deferred));
    std::vector<Operation> operations;
    for (auto& one : work) operations.push_back(asio::co_spawn(executor, std::move(one), asio::deferred));
    auto group = asio::experimental::make_parallel_group(std::move(operations));
    const auto ended = co_await group.async_wait(asio::experimental::wait_for_all(), asio::use_awaitable);
    for (const auto& error : std::get<1>(ended))
        if (error) std::rethrow_exception(error);
}

/// Lets everything that is ready run.
asio::awaitable<void> breathe() {
    for (int i = 0; i < 10; ++i) co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
}

/// A read in the background.
struct Reading {
    std::optional<Records> records;
    std::exception_ptr error;
    bool ended = false;
    asio::cancellation_signal cancel;
};

std::shared_ptr<Reading> start_reading(asio::io_context& io, EventLog& log, Partition partition, NextOffset next) {
    auto reading = std::make_shared<Reading>();
    asio::co_spawn(
        io, log.read(partition, next, 100),
        asio::bind_cancellation_slot(reading->cancel.slot(), [reading](std::exception_ptr error, Records records) {
            reading->ended = true;
            reading->error = error;
            if (!error) reading->records = std::move(records);
        }));
    return reading;
}

/// Until `reading` has ended; the test's own deadline bounds it.
asio::awaitable<void> end_of(std::shared_ptr<Reading> reading) {
    while (!reading->ended) co_await breathe();
}

constexpr Partition p0{0};
constexpr Partition p1{1};
constexpr Partition p2{2};
constexpr NextOffset start{0};

}  // namespace

TEST_P(LogContract, HasThePartitionsItWasMadeWith) {
    within(20s, [this]() -> asio::awaitable<void> {
        auto* connected = co_await connect();
        EXPECT_EQ(connected->log().partitions(), 3);
        EXPECT_EQ(connected->source().partitions(), 3);
    });
}

TEST_P(LogContract, NumbersTheRecordsOfAPartitionFromZeroWithoutGaps) {
    within(20s, [this]() -> asio::awaitable<void> {
        auto* connected = co_await connect();
        for (std::int64_t i = 0; i < 20; ++i) {
            const Offset in_first = co_await append(connected->log(), p0, std::to_string(i));
            const Offset in_third = co_await append(connected->log(), p2, std::to_string(i));
            EXPECT_EQ(in_first.value(), i);
            EXPECT_EQ(in_third.value(), i);
        }
    });
}

TEST_P(LogContract, GivesBackTheBytesThatWereAppended) {
    std::string every_byte;
    for (int i = 0; i < 256; ++i) every_byte += static_cast<char>(i);
    std::vector<Record> records;
    records.push_back({"ann", {}, "plain"});
    records.push_back({"", {}, "without a key"});
    records.push_back({"ann", {}, ""});
    records.push_back({"Grüße, 世界 👋", {{"ce_subject", "žluťoučký"}}, "Ünïcödé \xF0\x9F\xA6\x8A"});
    records.push_back({every_byte, {{"bytes", every_byte}}, every_byte});
    records.push_back({"ann", {{"b", "1"}, {"a", "2"}, {"b", "3"}, {"b", "1"}, {"empty", ""}}, "headers in order"});
    records.push_back({"ann", {{"ce_type", "big"}}, std::string(1 << 20, 'x')});
    within(20s, [&]() -> asio::awaitable<void> {
        auto* connected = co_await connect();
        for (const auto& one : records) {
            const Delivery delivery = co_await connected->log().append(p1, std::make_shared<const Record>(one));
            EXPECT_TRUE(std::holds_alternative<Offset>(delivery));
        }
        const Records read = co_await read_exactly(connected->log(), p1, start, records.size());
        for (std::size_t i = 0; i < read.size(); ++i) {
            EXPECT_EQ(read[i].record->key, records[i].key);
            EXPECT_TRUE(read[i].record->headers == records[i].headers) << "record " << i;
            EXPECT_TRUE(read[i].record->value == records[i].value) << "record " << i;
        }
    });
}

TEST_P(LogContract, GivesAReaderAtMostWhatItAskedFor) {
    within(20s, [this]() -> asio::awaitable<void> {
        auto* connected = co_await connect();
        co_await append_numbers(connected->log(), p0, 10);
        NextOffset next = start;
        Records all;
        while (all.size() < 10) {
            const Records some = co_await connected->log().read(p0, next, 3);
            EXPECT_GE(some.size(), 1U);
            EXPECT_LE(some.size(), 3U);
            all.insert(all.end(), some.begin(), some.end());
            next = after(all.back().offset);
        }
        EXPECT_EQ(offsets(all), numbers(0, 10));
    });
}

TEST_P(LogContract, MakesAReaderWaitForTheNextRecord) {
    within(20s, [this]() -> asio::awaitable<void> {
        auto* connected = co_await connect();
        co_await append_numbers(connected->log(), p0, 2);
        (void)co_await read_exactly(connected->log(), p0, start, 2);
        auto reading = start_reading(io_, connected->log(), p0, NextOffset(2));
        (void)co_await connected->log().end(p0);
        (void)co_await append(connected->log(), p1, "of another partition");
        co_await breathe();
        EXPECT_FALSE(reading->ended);
        (void)co_await append(connected->log(), p0, "awaited");
        co_await end_of(reading);
        EXPECT_TRUE(reading->records && values(*reading->records) == std::vector<std::string>{"awaited"});
    });
}

TEST_P(LogContract, WaitsAtTheEndOfAPartitionThatHoldsNothing) {
    within(20s, [this]() -> asio::awaitable<void> {
        auto* connected = co_await connect();
        auto reading = start_reading(io_, connected->log(), p2, start);
        co_await breathe();
        EXPECT_FALSE(reading->ended);
        (void)co_await append(connected->log(), p2, "first");
        co_await end_of(reading);
        EXPECT_TRUE(reading->records && values(*reading->records) == std::vector<std::string>{"first"});
    });
}

TEST_P(LogContract, ReadsAgainFromAnyEarlierOffset) {
    within(30s, [this]() -> asio::awaitable<void> {
        auto* connected = co_await connect();
        co_await append_numbers(connected->log(), p0, 12);
        for (const std::int64_t from : {0, 7, 3, 11, 0, 10}) {
            const Records read = co_await read_exactly(connected->log(), p0, NextOffset(from), 12 - std::size_t(from));
            EXPECT_EQ(offsets(read), numbers(from, 12));
            EXPECT_EQ(read.front().record->value, std::to_string(from));
        }
    });
}

TEST_P(LogContract, GivesTheSameRecordsToWhoDistrustsIt) {
    within(30s, [this]() -> asio::awaitable<void> {
        auto* connected = co_await connect();
        EventLog& log = connected->log();
        log.distrust(p0);  // also who has not read yet
        co_await append_numbers(log, p0, 12);
        const Records first = co_await log.read(p0, NextOffset(3), 4);
        log.distrust(p0);
        const Records on = co_await read_exactly(log, p0, after(first.back().offset),
                                                 12 - std::size_t(after(first.back().offset).value()));
        EXPECT_EQ(offsets(on), numbers(after(first.back().offset).value(), 12));
        log.distrust(p0);
        const Records again = co_await read_exactly(log, p0, NextOffset(11), 1);
        EXPECT_EQ(again.front().record->value, "11");
    });
}

TEST_P(LogContract, GoesOnFromASeekThatWasNotReadToItsEnd) {
    within(30s, [this]() -> asio::awaitable<void> {
        auto* connected = co_await connect();
        co_await append_numbers(connected->log(), p0, 100);
        const Records first = co_await connected->log().read(p0, NextOffset(50), 5);
        EXPECT_EQ(first.front().offset, Offset(50));
        const Records back = co_await connected->log().read(p0, NextOffset(10), 5);
        EXPECT_EQ(back.front().offset, Offset(10));
        const Records on = co_await read_exactly(connected->log(), p0, after(back.back().offset), 20);
        EXPECT_EQ(offsets(on), numbers(back.back().offset.value() + 1, back.back().offset.value() + 21));
        const Records ahead = co_await read_exactly(connected->log(), p0, NextOffset(90), 10);
        EXPECT_EQ(offsets(ahead), numbers(90, 100));
    });
}

TEST_P(LogContract, TellsWhoReadsBeyondTheEndThatTheLogWasCut) {
    within(30s, [this]() -> asio::awaitable<void> {
        auto* connected = co_await connect();
        co_await append_numbers(connected->log(), p0, 3);
        bool cut = false;
        try {
            (void)co_await connected->log().read(p0, NextOffset(1000), 10);
        } catch (const LogCut&) {
            cut = true;
        }
        EXPECT_TRUE(cut);
        const Records read = co_await read_exactly(connected->log(), p0, start, 3);
        EXPECT_EQ(values(read), (std::vector<std::string>{"0", "1", "2"})) << "what is there can still be read";
    });
}

TEST_P(LogContract, KnowsTheEndOfEachPartition) {
    within(20s, [this]() -> asio::awaitable<void> {
        auto* connected = co_await connect();
        EXPECT_EQ((co_await connected->log().end(p0)).value(), 0);
        for (std::int64_t i = 0; i < 10; ++i) {
            (void)co_await append(connected->log(), p0, "x");
            EXPECT_EQ((co_await connected->log().end(p0)).value(), i + 1);
        }
        EXPECT_EQ((co_await connected->source().end(p0)).value(), 10);
        EXPECT_EQ((co_await connected->log().end(p1)).value(), 0);
    });
}

TEST_P(LogContract, AnswersManyWhoAskForTheEndAtOnce) {
    within(20s, [this]() -> asio::awaitable<void> {
        auto* connected = co_await connect();
        EventLog& log = connected->log();
        auto append_then_ask = [&log](Partition partition) -> asio::awaitable<void> {
            for (int i = 0; i < 5; ++i) {
                const std::optional<Offset> offset = co_await store(log, partition, "x");
                const NextOffset end = co_await log.end(partition);
                EXPECT_GT(end.value(), offset ? offset->value() : i);
            }
        };
        std::vector<asio::awaitable<void>> work;
        for (int i = 0; i < 30; ++i) work.push_back(append_then_ask(Partition(i % 3)));
        co_await together(std::move(work));
        EXPECT_EQ((co_await log.end(p0)).value(), 50);
    });
}

TEST_P(LogContract, StoresConcurrentAppendsEachAtTheOffsetItReported) {
    within(30s, [this]() -> asio::awaitable<void> {
        auto* connected = co_await connect();
        EventLog& log = connected->log();
        std::map<std::int32_t, std::map<std::int64_t, std::string>> reported;
        auto writer = [&](Partition partition, int name) -> asio::awaitable<void> {
            std::int64_t last = -1;
            for (int i = 0; i < 10; ++i) {
                const std::string value = std::to_string(name) + "/" + std::to_string(i);
                const Offset offset = co_await append(log, partition, value);
                EXPECT_GT(offset.value(), last) << "an append came before one that was answered earlier";
                last = offset.value();
                EXPECT_TRUE(reported[partition.value()].emplace(last, value).second) << "an offset was given twice";
            }
        };
        std::vector<asio::awaitable<void>> work;
        for (int name = 0; name < 90; ++name) work.push_back(writer(Partition(name % 3), name));
        co_await together(std::move(work));
        for (const Partition partition : {p0, p1, p2}) {
            const Records read = co_await read_exactly(log, partition, start, 300);
            EXPECT_EQ(offsets(read), numbers(0, 300));
            for (const auto& stored : read)
                EXPECT_EQ(stored.record->value, reported[partition.value()][stored.offset.value()]);
        }
    });
}

TEST_P(LogContract, ShowsEveryLogObjectTheSameRecordsAtTheSameOffsets) {
    within(30s, [this]() -> asio::awaitable<void> {
        auto* one = co_await connect();
        auto* other = co_await connect();
        for (int i = 0; i < 10; ++i) {
            const Offset a = co_await append(one->log(), p1, "one " + std::to_string(i));
            const Offset b = co_await append(other->log(), p1, "other " + std::to_string(i));
            EXPECT_EQ(a.value(), 2 * i);
            EXPECT_EQ(b.value(), 2 * i + 1);
        }
        EXPECT_EQ((co_await one->log().end(p1)).value(), 20);
        EXPECT_EQ((co_await other->log().end(p1)).value(), 20);
        const Records by_one = co_await read_exactly(one->log(), p1, start, 20);
        const Records by_other = co_await read_exactly(other->source(), p1, start, 20);
        EXPECT_EQ(offsets(by_one), numbers(0, 20));
        EXPECT_EQ(offsets(by_other), numbers(0, 20));
        EXPECT_EQ(values(by_one), values(by_other));
    });
}

TEST_P(LogContract, WakesAReaderWhenAnotherObjectAppends) {
    within(20s, [this]() -> asio::awaitable<void> {
        auto* reader = co_await connect();
        auto* writer = co_await connect();
        for (std::int64_t i = 0; i < 20; ++i) {
            auto reading = start_reading(io_, reader->log(), p0, NextOffset(i));
            co_await breathe();
            (void)co_await append(writer->log(), p0, std::to_string(i));
            co_await end_of(reading);
            EXPECT_TRUE(reading->records && offsets(*reading->records) == numbers(i, i + 1));
        }
    });
}

TEST_P(LogContract, EndsAReadThatIsCancelledAndLosesNothing) {
    within(20s, [this]() -> asio::awaitable<void> {
        auto* connected = co_await connect();
        for (std::int64_t i = 0; i < 5; ++i) {
            auto reading = start_reading(io_, connected->log(), p0, NextOffset(i));
            (void)co_await connected->log().end(p0);
            EXPECT_FALSE(reading->ended);
            reading->cancel.emit(asio::cancellation_type::terminal);
            co_await end_of(reading);
            EXPECT_TRUE(reading->error);
            (void)co_await append(connected->log(), p0, std::to_string(i));
            const Records read = co_await read_exactly(connected->log(), p0, NextOffset(i), 1);
            EXPECT_EQ(values(read), std::vector<std::string>{std::to_string(i)});
        }
    });
}

TEST_P(LogContract, ServesAReaderForEachPartitionAtOnce) {
    within(30s, [this]() -> asio::awaitable<void> {
        auto* connected = co_await connect();
        EventLog& log = connected->log();
        auto reader = [&log](Partition partition) -> asio::awaitable<void> {
            NextOffset next = start;
            while (next.value() < 200) {
                const Records some = co_await log.read(partition, next, 64);
                EXPECT_EQ(offsets(some), numbers(next.value(), next.value() + std::int64_t(some.size())));
                for (const auto& stored : some) EXPECT_EQ(stored.record->value, std::to_string(stored.offset.value()));
                next = after(some.back().offset);
            }
        };
        std::vector<asio::awaitable<void>> work;
        for (const Partition partition : {p0, p1, p2}) {
            work.push_back(reader(partition));
            work.push_back(append_numbers(log, partition, 200));
        }
        co_await together(std::move(work));
    });
}

TEST_P(LogContract, TakesTwentyThousandRecordsWithoutDelay) {
    within(60s, [this]() -> asio::awaitable<void> {
        auto* connected = co_await connect();
        EventLog& log = connected->log();
        constexpr int writers = 250;
        constexpr int each = 80;
        const std::string value(300, 'v');
        auto writer = [&](Partition partition) -> asio::awaitable<void> {
            for (int i = 0; i < each; ++i) (void)co_await store(log, partition, value);
        };
        const auto begin = std::chrono::steady_clock::now();
        std::vector<asio::awaitable<void>> work;
        for (int i = 0; i < writers; ++i) work.push_back(writer(p0));
        co_await together(std::move(work));
        const auto written = std::chrono::steady_clock::now();
        const Records read = co_await read_exactly(log, p0, start, std::size_t(writers) * each);
        const auto done = std::chrono::steady_clock::now();
        EXPECT_EQ(offsets(read), numbers(0, writers * each));
        const auto per_second = [](auto from, auto to) {
            return static_cast<int>(writers * each / std::chrono::duration<double>(to - from).count());
        };
        RecordProperty("appends_per_second", per_second(begin, written));
        RecordProperty("reads_per_second", per_second(written, done));
        // Far below what any adapter does on a busy machine: it finds waits that should not be.
        EXPECT_LT(written - begin, 20s * slower);
        EXPECT_LT(done - written, 10s * slower);
    });
}

}  // namespace chat::test
