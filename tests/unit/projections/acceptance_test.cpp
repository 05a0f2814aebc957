#include "projections/replay/acceptance.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <map>

#include "projections/stream_judge.hpp"
#include "tests/support/coroutine.hpp"
#include "tests/unit/projections/fake_log.hpp"

namespace chat::test {
namespace {

using Quarantined = std::vector<std::pair<UserId, std::string>>;

/// Users of one partition, whatever their names: a log of one partition has them all.
class OnePartition final : public RecordSource {
public:
    explicit OnePartition(FakeLog& log) : log_(log) {}
    std::int32_t partitions() const override { return 1; }
    asio::awaitable<std::vector<StoredRecord>> read(Partition partition, NextOffset next, std::size_t limit) override {
        return log_.read(partition, next, limit);
    }
    asio::awaitable<NextOffset> end(Partition partition) override { return log_.end(partition); }

private:
    FakeLog& log_;
};

/// A read model as far as its heads go.
class HeadRows final : public ReadModelRows {
public:
    Checkpoint stands;
    std::map<std::string, StreamHead> heads;
    Quarantined quarantined;
    std::optional<Checkpoint> rebased;
    bool moves = false;  // just before it is held

    asio::awaitable<Checkpoint> checkpoint(Partition) override { co_return stands; }
    asio::awaitable<RowsSnapshot> rows(Partition, std::vector<UserId>) override { co_return RowsSnapshot{}; }
    asio::awaitable<StoredStreams> streams(Partition, std::vector<UserId> users) override {
        StoredStreams found;
        for (const UserId& user : users)
            if (const auto head = heads.find(user.value()); head != heads.end())
                found.streams[user].head = head->second;
        co_return found;
    }
    asio::awaitable<std::vector<UserId>> users_after(std::optional<UserId> last, std::size_t limit) override {
        std::vector<UserId> found;
        for (const auto& [user, head] : heads)
            if ((!last || user > last->value()) && found.size() < limit) found.emplace_back(user);
        co_return found;
    }
    asio::awaitable<std::vector<std::string>> as_stored(std::vector<std::string> json) override { co_return json; }
    asio::awaitable<std::unique_ptr<HeldPartition>> hold(Partition) override {
        if (moves) stands.next_offset = NextOffset(stands.next_offset.value() + 1);
        co_return std::make_unique<Held>(*this);
    }

private:
    class Held final : public HeldPartition {
    public:
        explicit Held(HeadRows& model) : model_(model) {}
        NextOffset checkpoint() const override { return model_.stands.next_offset; }
        asio::awaitable<void> replace(UserId, UserRows) override { co_return; }
        asio::awaitable<void> rebase(Checkpoint to, Quarantined quarantined) override {
            model_.rebased = to;
            model_.quarantined = std::move(quarantined);
            co_return;
        }

    private:
        HeadRows& model_;
    };
};

class AcceptanceTest : public testing::Test {
protected:
    /// The read model has what is in the log now.
    void project() {
        const auto& records = log.records(p0);
        model.stands = {NextOffset(static_cast<std::int64_t>(records.size())), event_id_of(*records.back().record), {}};
        model.heads = {{"ann", ann.head()}, {"bob", bob.head()}};
    }
    void cut_to(std::size_t count) {
        Partition0 left;
        for (std::size_t i = 0; i < count; ++i) left.put(*log.records(p0)[i].record);
        log.exchange(p0, left);
    }
    std::optional<CutPartition> examine() {
        std::optional<CutPartition> cut;
        run(io, [&]() -> asio::awaitable<void> { cut = co_await examine_cut(source, model, p0); });
        return cut;
    }
    void accept(const CutPartition& cut) {
        run(io, [&]() -> asio::awaitable<void> { co_await accept_cut(model, cut); });
    }
    Checkpoint at_record(std::size_t number) const {
        return {NextOffset(static_cast<std::int64_t>(number)), event_id_of(*all[number - 1].record), {}};
    }

    /// ann 1, bob 1, ann 2, ann 3.
    void SetUp() override {
        log.put(p0, ann.next(created(session(1), ann.user())));
        log.put(p0, bob.next(created(session(2), bob.user())));
        log.put(p0, ann.next(added(session(1), message(1))));
        log.put(p0, ann.next(added(session(1), message(2))));
        project();
        all = log.records(p0);
    }

    const Partition p0{0};
    asio::io_context io{1};
    FakeLog log{io.get_executor()};
    OnePartition source{log};
    HeadRows model;
    UserEvents ann{"ann"}, bob{"bob"};
    std::vector<StoredRecord> all;
};

TEST_F(AcceptanceTest, FindsNothingWhereTheReadModelIsOfThisLog) { EXPECT_FALSE(examine()); }

TEST_F(AcceptanceTest, NamesWhoLostEventsAndNobodyElse) {
    cut_to(2);
    const auto cut = examine();
    ASSERT_TRUE(cut);
    EXPECT_EQ(cut->evidence, "the read model is at offset 4, but the log ends at 2");
    EXPECT_EQ(cut->lost, (std::vector<LostEvents>{{UserId("ann"), Sequence(3), Sequence(1)}}));
    EXPECT_EQ(cut->to, at_record(2));
    accept(*cut);
    EXPECT_EQ(model.rebased, at_record(2));
    EXPECT_EQ(model.quarantined, (Quarantined{{UserId("ann"), "the log was cut: of 3 events it has 1"}}));
}

TEST_F(AcceptanceTest, LeavesToTheProjectorWhatTheLogHasNew) {
    cut_to(2);
    const StreamHead ann_before = ann.head();
    ann.rewind({Sequence(1), event_id_of(*all[0].record)});
    log.put(p0, ann.next(added(session(1), message(8))));  // ann wrote on where the log had ended: another history
    log.put(p0, ann.next(added(session(1), message(9))));
    const auto not_longer = examine();
    EXPECT_EQ(not_longer->lost, (std::vector<LostEvents>{{UserId("ann"), ann_before.sequence, Sequence(3)}}));
    EXPECT_EQ(not_longer->to.next_offset, NextOffset(4)) << "nothing of it is to be applied";
    log.put(p0, bob.next(added(session(2), message(3))));
    UserEvents eve("eve");
    log.put(p0, eve.next(created(session(3), eve.user())));
    const auto cut = examine();
    EXPECT_EQ(cut->lost.size(), 1u);
    EXPECT_EQ(cut->to.next_offset, NextOffset(4)) << "bob's new event comes next";
}

TEST_F(AcceptanceTest, TakesALogThatWasMadeAnewForOneThatLostEverything) {
    log.exchange(p0, {});
    const auto cut = examine();
    EXPECT_EQ(cut->lost, (std::vector<LostEvents>{{UserId("ann"), Sequence(3), Sequence(0)},
                                                  {UserId("bob"), Sequence(1), Sequence(0)}}));
    EXPECT_EQ(cut->to, Checkpoint());
}

TEST_F(AcceptanceTest, LeavesARecordThatDoesNotFollowToTheProjector) {
    cut_to(2);
    log.put(p0, with_header(encode(bob.next(added(session(2), message(3)))), "ce_sequence", "9"));
    const auto cut = examine();
    EXPECT_EQ(cut->to.next_offset, NextOffset(2));
}

TEST_F(AcceptanceTest, ChangesNothingInAReadModelThatWasMovedMeanwhile) {
    cut_to(2);
    const auto cut = examine();
    model.moves = true;
    EXPECT_THROW(accept(*cut), std::runtime_error);
    EXPECT_FALSE(model.rebased);
}

}  // namespace
}  // namespace chat::test
