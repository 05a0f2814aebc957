#include "projections/replay/log_writer.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include <deque>

#include "projections/replay/log_copy.hpp"
#include "tests/support/coroutine.hpp"
#include "tests/unit/projections/fake_log.hpp"

namespace chat::test {
namespace {

const Partition p1(1);

Record text(const std::string& value) { return Record{"ann", {{"h", value}}, value}; }

/// Appends to a log. What becomes of an append can be said beforehand; then it goes well again.
class FakeSink final : public RecordSink {
public:
    enum class Fate { stored, stored_without_answer, lost_without_answer, outage, second_to_somebody_else };

    explicit FakeSink(FakeLog& log) : log_(log) {}

    asio::awaitable<std::optional<Offset>> append(Partition partition, std::shared_ptr<const Record> record) override {
        ++appends;
        Fate fate = always;
        if (!fates.empty()) {
            fate = fates.front();
            fates.pop_front();
        }
        if (fate == Fate::outage) throw Outage("no broker");
        if (fate == Fate::second_to_somebody_else) log_.put(partition, text("somebody else's"));
        if (fate == Fate::lost_without_answer) co_return std::nullopt;
        log_.put(partition, *record);
        if (fate == Fate::stored_without_answer) co_return std::nullopt;
        co_return log_.records(partition).back().offset;
    }

    std::deque<Fate> fates;
    Fate always = Fate::stored;
    int appends = 0;

private:
    FakeLog& log_;
};

using Fate = FakeSink::Fate;

class LogWriterTest : public testing::Test {
protected:
    LogWriterTest() {
        for (int i = 0; i < 6; ++i) from.put(p1, text("record " + std::to_string(i)));
    }

    std::vector<StoredRecord> some(std::size_t begin, std::size_t end) {
        const auto& all = from.records(p1);
        return {all.begin() + static_cast<std::ptrdiff_t>(begin), all.begin() + static_cast<std::ptrdiff_t>(end)};
    }
    void put(std::size_t begin, std::size_t end) {
        std::vector<StoredRecord> records = some(begin, end);
        run(io, [&]() -> asio::awaitable<void> { co_await writer.put(p1, records); });
    }
    std::int64_t copy(bool everything) {
        std::int64_t copied = 0;
        const CopyProgress progress{[](auto) {}, [this](std::int64_t records) { verified += records; }};
        run(io, [&]() -> asio::awaitable<void> {
            copied = co_await copy_partition(from, to, writer, p1, everything, progress);
        });
        return copied;
    }
    void expect_same() {
        ASSERT_EQ(to.records(p1).size(), from.records(p1).size());
        for (std::size_t i = 0; i < from.records(p1).size(); ++i)
            EXPECT_EQ(*to.records(p1)[i].record, *from.records(p1)[i].record) << i;
    }

    asio::io_context io{1};
    FakeLog from{io.get_executor()};
    FakeLog to{io.get_executor()};
    FakeSink sink{to};
    LogWriter writer{io.get_executor(), sink, to, std::chrono::milliseconds(0)};
    std::int64_t verified = 0;
};

TEST_F(LogWriterTest, PutsRecordsWhereTheyAreInTheOtherLog) {
    put(0, 4);
    put(4, 6);
    put(6, 6);
    expect_same();
    EXPECT_EQ(sink.appends, 6);
}

TEST_F(LogWriterTest, GoesOnBehindWhatIsThereAlready) {
    to.put(p1, text("record 0"));
    to.put(p1, text("record 1"));
    put(0, 6);
    expect_same();
    EXPECT_EQ(sink.appends, 4);
    put(0, 6);
    EXPECT_EQ(sink.appends, 4) << "all of it is there";
}

TEST_F(LogWriterTest, FindsOutWhatBecameOfAppendsWithoutAnAnswer) {
    sink.fates = {Fate::stored, Fate::stored_without_answer, Fate::stored, Fate::stored_without_answer};
    put(0, 4);
    sink.fates = {Fate::lost_without_answer, Fate::lost_without_answer};
    put(4, 6);
    expect_same();
    EXPECT_EQ(sink.appends, 8);
}

TEST_F(LogWriterTest, TriesAgainWhatWasNotSent) {
    sink.fates = {Fate::stored, Fate::outage, Fate::outage, Fate::outage, Fate::outage, Fate::outage};
    put(0, 6);
    expect_same();
}

TEST_F(LogWriterTest, IsAnOutagePastSomeAttempts) {
    sink.always = Fate::outage;
    EXPECT_THROW(put(0, 6), Outage);
    EXPECT_GT(sink.appends, 6);
    to.break_with("no broker at all");
    try {
        put(0, 6);
        FAIL() << "nothing was written";
    } catch (const Outage& outage) {
        EXPECT_STREQ(outage.what(), "the log does not take the records from partition 1 offset 0 on: no broker at all");
    }
}

TEST_F(LogWriterTest, WritesNothingToALogThatHoldsSomethingElse) {
    to.put(p1, text("record 0"));
    to.put(p1, text("another"));
    try {
        put(0, 6);
        FAIL() << "it was written to";
    } catch (const LogsDiffer& differ) {
        EXPECT_STREQ(differ.what(), "the logs hold different records at partition 1 offset 1");
    }
    EXPECT_EQ(sink.appends, 0);
}

TEST_F(LogWriterTest, LeavesNoGap) {
    EXPECT_THROW(put(2, 4), LogsDiffer);
    EXPECT_EQ(sink.appends, 0);
}

TEST_F(LogWriterTest, FindsOutWhoeverElseWrites) {
    sink.fates = {Fate::stored, Fate::second_to_somebody_else};
    EXPECT_THROW(put(0, 3), LogsDiffer);
    EXPECT_THROW(put(0, 3), LogsDiffer) << "for good";
}

TEST_F(LogWriterTest, CopiesWhatIsMissingAndComparesIt) {
    EXPECT_EQ(copy(false), 6);
    EXPECT_EQ(verified, 6);
    from.put(p1, text("record 6"));
    EXPECT_EQ(copy(false), 1);
    EXPECT_EQ(verified, 6 + 2) << "what was copied, and what it was put behind";
    EXPECT_EQ(copy(true), 0);
    EXPECT_EQ(verified, 6 + 2 + 7);
    expect_same();
}

TEST_F(LogWriterTest, CopiesNothingBehindWhatIsNotTheOtherLogs) {
    to.put(p1, text("record 0"));
    to.put(p1, text("another"));
    EXPECT_THROW(copy(false), LogsDiffer);
    for (int i = 0; i < 6; ++i) to.put(p1, text("more"));
    EXPECT_THROW(copy(false), LogsDiffer) << "it has more than the other one";
    EXPECT_EQ(sink.appends, 0);
}

}  // namespace
}  // namespace chat::test
