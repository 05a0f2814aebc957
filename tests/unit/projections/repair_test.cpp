#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "projections/fold.hpp"
#include "projections/replay/verification.hpp"
#include "tests/support/coroutine.hpp"
#include "tests/unit/projections/fake_log.hpp"

namespace chat::test {
namespace {

constexpr const char* user = "ann";
const Partition partition = partition_of(user, 4);

/// A read model that keeps up with the log; its user writes once more whenever it is looked at and not held.
class BusyRows final : public ReadModelRows {
public:
    explicit BusyRows(FakeLog& log) : log_(log) {
        log_.put(partition, events_.next(created(session(1), events_.user())));
        apply();
    }

    asio::awaitable<Checkpoint> checkpoint(Partition) override {
        const Checkpoint now{end(), events_.head().id};
        write();
        co_return now;
    }
    asio::awaitable<RowsSnapshot> rows(Partition, std::vector<UserId>) override {
        RowsSnapshot snapshot{{end(), events_.head().id}, {{UserId(user), stored}}};
        write();
        co_return snapshot;
    }
    asio::awaitable<StoredStreams> streams(Partition, std::vector<UserId>) override { co_return StoredStreams{}; }
    asio::awaitable<std::vector<UserId>> users_after(std::optional<UserId>, std::size_t) override {
        co_return std::vector<UserId>{};
    }
    asio::awaitable<std::vector<std::string>> as_stored(std::vector<std::string> json) override {
        write();
        co_return json;
    }
    asio::awaitable<std::unique_ptr<HeldPartition>> hold(Partition) override {
        write();
        held = true;
        co_return std::make_unique<Held>(*this, set_back ? NextOffset(0) : end());
    }

    UserRows stored;
    bool held = false;
    bool set_back = false;

    UserRows of_the_log() const {
        RowsByUser rows;
        commit_to(rows, fold(log_.records(partition), {}).batch);
        return rows.at(UserId(user));
    }

private:
    class Held final : public HeldPartition {
    public:
        Held(BusyRows& model, NextOffset checkpoint) : model_(model), checkpoint_(checkpoint) {}
        ~Held() override { model_.held = false; }
        NextOffset checkpoint() const override { return checkpoint_; }
        asio::awaitable<void> replace(UserId, UserRows rows) override {
            model_.stored = std::move(rows);
            co_return;
        }
        asio::awaitable<void> rebase(Checkpoint, std::vector<std::pair<UserId, std::string>>) override { co_return; }

    private:
        BusyRows& model_;
        const NextOffset checkpoint_;
    };

    NextOffset end() const { return NextOffset(static_cast<std::int64_t>(log_.records(partition).size())); }
    void write() {
        if (held) return;
        log_.put(partition, events_.next(added(session(1), message(++messages_))));
        apply();
    }
    void apply() {
        const std::string title = stored.sessions.empty() ? "" : stored.sessions.begin()->second.row.title;
        stored = of_the_log();
        if (!title.empty()) stored.sessions.begin()->second.row.title = title;
    }

    FakeLog& log_;
    UserEvents events_{user};
    std::uint64_t messages_ = 0;
};

class RepairTest : public testing::Test {
protected:
    asio::io_context io{1};
    FakeLog log{io.get_executor()};
    BusyRows model{log};
};

TEST_F(RepairTest, MendsAUserWhoNeverStopsWriting) {
    model.stored.sessions.begin()->second.row.title = "forged";
    std::vector<Difference> found;
    run(io, [&]() -> asio::awaitable<void> { found = co_await repair(log, model, UserId(user), Time()); });
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found.front(), (Difference{UserId(user), session(1), "title", "a title", "forged"}));
    EXPECT_EQ(model.stored, model.of_the_log());
    EXPECT_FALSE(model.held);
}

TEST_F(RepairTest, LeavesAReadModelAloneThatWasSwappedMeanwhile) {
    model.stored.sessions.begin()->second.row.title = "forged";
    model.set_back = true;
    EXPECT_THROW(run(io, [&]() -> asio::awaitable<void> { (void)co_await repair(log, model, UserId(user), Time()); }),
                 std::runtime_error);
    EXPECT_EQ(model.stored.sessions.begin()->second.row.title, "forged");
    EXPECT_FALSE(model.held);
}

}  // namespace
}  // namespace chat::test
