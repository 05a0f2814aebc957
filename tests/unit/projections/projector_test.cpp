// One file, as it is one list: what the projector does about each thing that log, database or assignment can do to it.
#include "projections/projector.hpp"

#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <map>
#include <span>
#include <stdexcept>
#include <utility>

#include "tests/support/coroutine.hpp"
#include "tests/unit/projections/fake_log.hpp"
#include "tests/unit/projections/fake_read_model.hpp"

namespace chat::test {
namespace {

const UserId ann("ann");
const Partition p0(0), p1(1), p2(2);

struct Watcher final : ProjectorObserver {
    void started(Partition partition) override { ++running[partition]; }
    void stopped(Partition partition) override { --running[partition]; }
    void committed(Partition, const BatchCounts& counts, Duration) override { batches.push_back(counts); }
    void lag(Partition partition, std::int64_t records) override { lags[partition] = records; }
    void foreign_record(Partition, Offset offset, std::string_view) override { foreign.push_back(offset); }
    void quarantined(const UserId& user, Partition, Offset, std::string_view) override { broken.push_back(user); }
    void checkpoint_lost(Partition) override { ++lost; }
    void outage(Partition, std::string_view why) override { outages.emplace_back(why); }
    void log_cut(Partition, std::string_view evidence) override { cuts.emplace_back(evidence); }
    void recovered(Partition) override { ++recoveries; }

    std::map<Partition, int> running;
    std::vector<BatchCounts> batches;
    std::map<Partition, std::int64_t> lags;
    std::vector<Offset> foreign;
    std::vector<UserId> broken;
    int lost = 0;
    std::vector<std::string> outages, cuts;
    int recoveries = 0;
};

ProjectorOptions quick() {
    ProjectorOptions options;
    options.batch_records = 3;
    options.overlap_from = 3;
    options.least_pause = std::chrono::milliseconds(1);
    options.longest_pause = std::chrono::milliseconds(2);
    options.lag_interval = std::chrono::milliseconds(1);
    options.random = [] { return 0.5; };
    return options;
}

class ProjectorTest : public testing::Test {
protected:
    /// Runs `body` beside a projector of partition 0, then stops the projector and waits for its end.
    void beside_the_projector(std::function<asio::awaitable<void>()> body) {
        assignment.assign({p0});
        run(io, [&]() -> asio::awaitable<void> {
            begin();
            co_await body();
            projector.stop();
            co_await until([&] { return ended; });
        });
        if (failure) std::rethrow_exception(failure);
        for (const auto& [partition, running] : watcher.running) EXPECT_EQ(running, 0);
    }

    void begin() {
        asio::co_spawn(io, projector.run(), [this](std::exception_ptr error) {
            failure = error;
            ended = true;
        });
    }

    /// Lets everything else run until it is so; `run` fails the test at its deadline.
    asio::awaitable<void> until(std::function<bool()> so) {
        while (!so()) co_await asio::post(io, asio::use_awaitable);
    }
    /// Lets everything else have so many turns.
    asio::awaitable<void> turns(int count) {
        for (int turn = 0; turn < count; ++turn) co_await asio::post(io, asio::use_awaitable);
    }
    asio::awaitable<void> until_applied(std::int64_t next, Partition partition = p0) {
        co_await until(
            [this, next, partition] { return model.checkpoints[partition].next_offset == NextOffset(next); });
    }

    /// Puts a session and so many messages of ann into partition 0.
    void put_messages(int count) {
        if (events.head().sequence == Sequence(0)) log.put(p0, events.next(created(session(1))));
        for (int i = 0; i < count; ++i) log.put(p0, events.next(added(session(1), message(++messages))));
    }

    asio::io_context io{1};
    FakeLog log{io.get_executor()};
    FakeReadModel model;
    FakeAssignment assignment{io.get_executor()};
    Watcher watcher;
    ProjectorOptions options = quick();
    Projector projector{io.get_executor(), log, model, assignment, watcher, options};
    UserEvents events{"ann"};
    std::uint64_t messages = 0;
    bool ended = false;
    std::exception_ptr failure;
};

TEST_F(ProjectorTest, AppliesABacklogInBatchesAndThenWhatComes) {
    put_messages(9);
    beside_the_projector([&]() -> asio::awaitable<void> {
        co_await until_applied(10);
        EXPECT_EQ(model.commits, 4) << "of three records each, at most";
        put_messages(1);
        co_await until_applied(11);
    });
    EXPECT_EQ(model.tables.messages.size(), 10u);
    EXPECT_EQ(model.tables.sessions.at(session(1)).messages, 10);
    EXPECT_EQ(model.tables.streams.at(ann).head, events.head());
    EXPECT_EQ(model.checkpoints[p0].last, events.head().id);
    EXPECT_EQ(watcher.batches.back(), (BatchCounts{.events = 1}));
    EXPECT_TRUE(watcher.outages.empty());
}

TEST_F(ProjectorTest, ReadsTheNextBatchWhileOneIsCommitted) {
    put_messages(5);
    Signal go(io.get_executor());
    int waiting = 0;
    bool held = true;
    model.before_commit = [&]() -> asio::awaitable<void> {
        ++waiting;
        if (held) co_await go.next();
        --waiting;
    };
    beside_the_projector([&]() -> asio::awaitable<void> {
        co_await until([&] { return waiting == 1 && log.reads.back().second == NextOffset(3); });
        co_await turns(50);  // the second batch is folded by then
        EXPECT_EQ(model.commits, 0);
        held = false;
        go.ring();
        co_await until_applied(6);
    });
    EXPECT_EQ(model.tables.messages.size(), 5u) << "the second batch went on from where the first left the stream";
    EXPECT_EQ(model.tables.voids, 0);
    EXPECT_EQ(model.stream_reads, 1) << "of ann, once";
}

TEST_F(ProjectorTest, TakesAllThatCameDuringASmallCommitIntoTheNextBatch) {
    put_messages(0);
    Signal go(io.get_executor());
    int waiting = 0;
    model.before_commit = [&]() -> asio::awaitable<void> {
        ++waiting;
        if (waiting == 1) co_await go.next();
    };
    beside_the_projector([&]() -> asio::awaitable<void> {
        co_await until([&] { return waiting == 1; });
        put_messages(1);
        co_await asio::post(io, asio::use_awaitable);
        put_messages(1);
        go.ring();
        co_await until_applied(3);
    });
    EXPECT_EQ(model.commits, 2);
}

TEST_F(ProjectorTest, FinishesTheBatchInFlightWhenItIsStopped) {
    put_messages(1);
    Signal go(io.get_executor());
    bool committing = false;
    model.before_commit = [&]() -> asio::awaitable<void> {
        committing = true;
        co_await go.next();
    };
    beside_the_projector([&]() -> asio::awaitable<void> {
        co_await until([&] { return committing; });
        projector.stop();
        co_await asio::post(io, asio::use_awaitable);
        EXPECT_FALSE(ended);
        go.ring();
    });
    EXPECT_EQ(model.commits, 1);
    EXPECT_EQ(model.tables.messages.size(), 1u);
}

TEST_F(ProjectorTest, StopsWhileTheLogIsIdleAndBeforeItIsRun) {
    beside_the_projector([&]() -> asio::awaitable<void> { co_await until([&] { return watcher.running[p0] == 1; }); });
    EXPECT_TRUE(ended);

    Projector never(io.get_executor(), log, model, assignment, watcher, quick());
    never.stop();
    run(io, [&]() -> asio::awaitable<void> { co_await never.run(); });
}

TEST_F(ProjectorTest, TreatsACancellationAsAStop) {
    put_messages(1);
    assignment.assign({p0});
    asio::cancellation_signal cancel;
    run(io, [&]() -> asio::awaitable<void> {
        asio::co_spawn(io, projector.run(), asio::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr error) {
                           failure = error;
                           ended = true;
                       }));
        co_await until_applied(2);
        cancel.emit(asio::cancellation_type::terminal);
        co_await until([&] { return ended; });
    });
    EXPECT_FALSE(failure);
    EXPECT_EQ(watcher.running[p0], 0);
}

TEST_F(ProjectorTest, ReadsTheCheckpointAgainWhenAnotherProjectorWasFirst) {
    put_messages(5);
    bool stolen = false;
    model.before_commit = [&]() -> asio::awaitable<void> {
        // The other applies the first four records while our batch is on its way.
        if (!std::exchange(stolen, true)) {
            const Folded theirs = fold(std::span(log.records(p0)).first(4), {});
            model.tables.add(theirs.batch);
            model.checkpoints[p0] = theirs.next;
        }
        co_return;
    };
    beside_the_projector([&]() -> asio::awaitable<void> { co_await until_applied(6); });
    EXPECT_EQ(watcher.lost, 1);
    EXPECT_EQ(model.tables.events, 6) << "each event counts once";
    EXPECT_EQ(model.tables.sessions.at(session(1)).messages, 5);
    EXPECT_EQ(model.tables.voids, 0);
}

TEST_F(ProjectorTest, ForgetsWhatItHadReadOnWhenTheCheckpointWasNotWhereItLeftIt) {
    options.batch_records = 100;
    options.batch_bytes = 1;  // each record alone, the rest of a read is kept
    Projector bounded(io.get_executor(), log, model, assignment, watcher, options);
    put_messages(5);
    int commits = 0;
    model.before_commit = [&]() -> asio::awaitable<void> {
        if (++commits == 2) {
            const Folded theirs = fold(std::span(log.records(p0)).subspan(1, 3),
                                       KnownStreams(model.tables.streams.begin(), model.tables.streams.end()));
            model.tables.add(theirs.batch);
            model.checkpoints[p0] = theirs.next;
        }
        co_return;
    };
    assignment.assign({p0});
    run(io, [&]() -> asio::awaitable<void> {
        asio::co_spawn(io, bounded.run(), [&](std::exception_ptr) { ended = true; });
        co_await until_applied(6);
        bounded.stop();
        co_await until([&] { return ended; });
    });
    EXPECT_EQ(watcher.lost, 1);
    EXPECT_EQ(model.tables.events, 6);
    EXPECT_EQ(model.tables.voids, 0);
    EXPECT_EQ(model.tables.sessions.at(session(1)).messages, 5);
}

TEST_F(ProjectorTest, IsNotReadyBeforeItWasToldItsPartitions) {
    run(io, [&]() -> asio::awaitable<void> {
        begin();
        co_await turns(20);
        EXPECT_TRUE(projector.unready());
        assignment.assign({});
        co_await until([&] { return !projector.unready(); });
        projector.stop();
        co_await until([&] { return ended; });
    });
}

TEST_F(ProjectorTest, ReadsHeadsAgainThatWereRepaired) {
    put_messages(1);
    const StreamHead right = events.head();
    model.checkpoints[p0] = {NextOffset(2), right.id};
    model.tables.streams[ann] = {right, at(2), Offset(0), "by mistake"};
    beside_the_projector([&]() -> asio::awaitable<void> {
        put_messages(1);
        co_await until_applied(3);
        EXPECT_TRUE(model.tables.messages.empty()) << "of a quarantined stream";
        model.tables.streams[ann] = {events.head(), at(3)};
        model.checkpoints[p0].edition = Edition(1);
        put_messages(1);
        co_await until_applied(4);
    });
    EXPECT_EQ(model.tables.streams[ann], (StreamStatus{events.head(), at(4)}));
    EXPECT_EQ(model.checkpoints[p0].edition, Edition(1));
    EXPECT_EQ(watcher.lost, 1);
}

TEST_F(ProjectorTest, CommitsNothingThatItFoldedOnHeadsThatWereRepairedMeanwhile) {
    put_messages(5);
    int commits = 0;
    model.before_commit = [&]() -> asio::awaitable<void> {
        // While the second of two batches is folded, or waits for the first.
        if (++commits == 1) model.checkpoints[p0].edition = Edition(1);
        co_return;
    };
    beside_the_projector([&]() -> asio::awaitable<void> { co_await until_applied(6); });
    EXPECT_EQ(watcher.lost, 1);
    EXPECT_EQ(model.tables.events, 6) << "each event counts once";
    EXPECT_EQ(model.tables.voids, 0);
}

TEST_F(ProjectorTest, GoesOnAfterAnOutageOfTheLog) {
    put_messages(2);
    beside_the_projector([&]() -> asio::awaitable<void> {
        co_await until_applied(3);
        log.break_with("no broker");
        co_await until([&] { return watcher.outages.size() >= 3; });
        EXPECT_EQ(projector.unready(), "partition 0: no broker");
        log.mend();
        co_await until([&] { return watcher.recoveries == 1; });
        EXPECT_FALSE(projector.unready());
        EXPECT_EQ(watcher.running[p0], 1);
        put_messages(1);
        co_await until_applied(4);
    });
    EXPECT_EQ(watcher.outages.front(), "no broker");
    EXPECT_EQ(model.tables.events, 4);
}

TEST_F(ProjectorTest, WakesAllPartitionsWhenOneGetsOnAgain) {
    options.least_pause = options.longest_pause = std::chrono::hours(1);
    // The first to fail tries again at once, the other much later.
    options.random = [first = true]() mutable { return std::exchange(first, false) ? -1.0 : 0.0; };
    Projector patient(io.get_executor(), log, model, assignment, watcher, options);
    model.on_checkpoint = [this]() -> asio::awaitable<void> {
        if (model.checkpoint_reads <= 2) throw Outage("no database");
        co_return;
    };
    assignment.assign({p0, p1});
    run(io, [&]() -> asio::awaitable<void> {
        asio::co_spawn(io, patient.run(), [&](std::exception_ptr) { ended = true; });
        co_await until([&] { return watcher.recoveries == 2; });
        patient.stop();
        co_await until([&] { return ended; });
    });
    EXPECT_EQ(watcher.outages.size(), 2u);
}

TEST_F(ProjectorTest, FindsOutByTheCheckpointWhetherACommitThatFailedHadHappened) {
    put_messages(5);
    int failures = 0;
    model.before_commit = [&]() -> asio::awaitable<void> {
        if (++failures == 1) throw Outage("connection lost before");
        co_return;
    };
    model.after_commit = [&]() -> asio::awaitable<void> {
        if (++failures == 3) throw Outage("connection lost after");
        co_return;
    };
    beside_the_projector([&]() -> asio::awaitable<void> { co_await until_applied(6); });
    EXPECT_EQ(watcher.outages, (std::vector<std::string>{"connection lost before", "connection lost after"}));
    EXPECT_EQ(model.tables.events, 6) << "neither lost nor twice";
    EXPECT_EQ(model.tables.sessions.at(session(1)).messages, 5);
    EXPECT_EQ(model.tables.voids, 0);
}

TEST_F(ProjectorTest, GoesOnAfterAnOutageOfTheDatabaseAtTheStart) {
    put_messages(1);
    bool away = true;
    model.on_checkpoint = [&]() -> asio::awaitable<void> {
        if (away) throw Outage("no database");
        co_return;
    };
    beside_the_projector([&]() -> asio::awaitable<void> {
        co_await until([&] { return watcher.outages.size() == 2; });
        away = false;
        co_await until_applied(2);
    });
    EXPECT_EQ(watcher.recoveries, 1);
}

TEST_F(ProjectorTest, DoesNotBuildOnALogThatHoldsAnotherRecordAtTheCheckpoint) {
    put_messages(2);
    const Partition0 real = [&] {
        Partition0 copy;
        for (const StoredRecord& stored : log.records(p0)) copy.put(*stored.record);
        return copy;
    }();
    model.checkpoints[p0] = {NextOffset(2), event_id_of(*real.records()[1].record)};
    UserEvents others("bob");
    Partition0 other;
    for (int i = 0; i < 3; ++i) other.put(others.next(created(session(7), UserId("bob"))));
    log.exchange(p0, other);
    beside_the_projector([&]() -> asio::awaitable<void> {
        co_await until([&] { return watcher.cuts.size() == 2; });
        EXPECT_TRUE(projector.unready());
        EXPECT_EQ(model.commits, 0);
        log.exchange(p0, real);  // the right broker is back
        co_await until_applied(3);
    });
    const std::string ours = to_string(*event_id_of(*real.records()[1].record));
    const std::string theirs = to_string(*event_id_of(*other.records()[1].record));
    EXPECT_EQ(watcher.cuts.front(), "the read model was built on event " + ours +
                                        " at offset 1, but the log holds event " + theirs + " there");
    EXPECT_EQ(watcher.recoveries, 1);
}

TEST_F(ProjectorTest, LooksAtTheLogAgainAfterItWasSuspended) {
    options.asleep_after = std::chrono::milliseconds(50);
    Projector sleeper(io.get_executor(), log, model, assignment, watcher, options);
    put_messages(2);
    assignment.assign({p0});
    run(io, [&]() -> asio::awaitable<void> {
        asio::co_spawn(io, sleeper.run(), [this](std::exception_ptr error) {
            failure = error;
            ended = true;
        });
        co_await until_applied(3);
        // All that runs here stands still for as long as this does, and while it does the log becomes another one.
        const auto until_later = SteadyClock::now() + 2 * options.asleep_after;
        UserEvents others("bob");
        Partition0 other;
        for (int i = 0; i < 4; ++i) other.put(others.next(created(session(7), UserId("bob"))));
        log.exchange(p0, other);
        while (SteadyClock::now() < until_later) continue;
        log.put(p0, others.next(created(session(7), UserId("bob"))));
        co_await until([&] { return !watcher.cuts.empty(); });
        EXPECT_EQ(model.checkpoints[p0].next_offset, NextOffset(3));
        sleeper.stop();
        co_await until([&] { return ended; });
    });
}

TEST_F(ProjectorTest, DoesNotWaitAtTheEndOfALogThatIsShorterThanTheCheckpoint) {
    put_messages(1);
    model.checkpoints[p0] = {NextOffset(3), id<EventId>(1)};
    beside_the_projector([&]() -> asio::awaitable<void> { co_await until([&] { return !watcher.cuts.empty(); }); });
    EXPECT_EQ(watcher.cuts.front(), "the read model is at offset 3, but the log ends at 2");
    EXPECT_EQ(model.commits, 0);
}

TEST_F(ProjectorTest, DoesNotStepOverRecordsThatAreMissing) {
    put_messages(1);
    log.shift = 2;
    beside_the_projector([&]() -> asio::awaitable<void> { co_await until([&] { return !watcher.cuts.empty(); }); });
    EXPECT_EQ(watcher.cuts.front(), "the log holds nothing at offset 0; the next record is at 2");
    EXPECT_EQ(model.commits, 0);
}

TEST_F(ProjectorTest, BelievesACheckpointBehindARecordThatIsNoEvent) {
    log.put(p0, Record{"x", {}, "noise"});
    model.checkpoints[p0] = {NextOffset(1), std::nullopt};
    put_messages(1);
    beside_the_projector([&]() -> asio::awaitable<void> { co_await until_applied(3); });
    EXPECT_TRUE(watcher.cuts.empty());
}

TEST_F(ProjectorTest, TellsOnceOfWhatABatchHeldAndOnlyWhenItIsCommitted) {
    log.put(p0, Record{"x", {}, "noise"});
    put_messages(0);
    events.next(added(session(1), message(1)));  // never reaches the log
    log.put(p0, events.next(added(session(1), message(2))));
    log.put(p0, events.next(added(session(1), message(3))));
    int failures = 0;
    model.before_commit = [&]() -> asio::awaitable<void> {
        if (++failures < 3) throw Outage("no database");
        co_return;
    };
    beside_the_projector([&]() -> asio::awaitable<void> { co_await until_applied(4); });
    EXPECT_EQ(watcher.foreign, std::vector<Offset>{Offset(0)});
    EXPECT_EQ(watcher.broken, std::vector<UserId>{ann});
    EXPECT_TRUE(model.tables.streams.at(ann).quarantined_at);
    std::int64_t records = 0;
    for (const BatchCounts& batch : watcher.batches) records += batch.records();
    EXPECT_EQ(records, 4);
}

TEST_F(ProjectorTest, FollowsTheAssignment) {
    for (const Partition partition : {p0, p1, p2}) {
        UserEvents user("user" + std::to_string(partition.value()));
        log.put(partition,
                user.next(created(session(10 + static_cast<std::uint64_t>(partition.value())), user.user())));
    }
    beside_the_projector([&]() -> asio::awaitable<void> {
        co_await until_applied(1, p0);
        assignment.assign({p1, p2});
        co_await until_applied(1, p1);
        co_await until_applied(1, p2);
        co_await until([&] { return watcher.running[p0] == 0; });
        const std::size_t reads = log.reads.size();
        put_messages(0);  // into partition 0, which is not ours any more
        assignment.assign({p0, p1, p2});
        co_await until_applied(2, p0);
        EXPECT_GT(log.reads.size(), reads);
    });
    EXPECT_EQ(model.tables.events, 4);
}

TEST_F(ProjectorTest, EndsWithAFailureThatNoRetryHelpsWith) {
    put_messages(1);
    assignment.assign({p0, p1});
    model.before_commit = []() -> asio::awaitable<void> {
        throw std::logic_error("a bug");
        co_return;
    };
    run(io, [&]() -> asio::awaitable<void> {
        begin();
        co_await until([&] { return ended; });
    });
    EXPECT_THROW(std::rethrow_exception(failure), std::logic_error);
    EXPECT_EQ(watcher.running[p1], 0) << "the other partition was stopped in order";
}

TEST_F(ProjectorTest, MeasuresHowFarItIsBehind) {
    put_messages(2);
    Signal go(io.get_executor());
    bool held = true;
    model.before_commit = [&]() -> asio::awaitable<void> {
        while (held) co_await go.next();
    };
    beside_the_projector([&]() -> asio::awaitable<void> {
        co_await until([&] { return watcher.lags[p0] == 3; });
        held = false;
        go.ring();
        co_await until([&] { return watcher.lags[p0] == 0; });
    });
}

TEST_F(ProjectorTest, SplitsWhatItReadByBytesAndForgetsStreamsAtItsBound) {
    options.batch_records = 100;
    options.batch_bytes = 4000;
    options.overlap_from = 5;  // some batches overlap, some do not
    options.known_streams = 2;
    Projector bounded(io.get_executor(), log, model, assignment, watcher, options);
    std::vector<UserEvents> streams;
    for (int user = 0; user < 4; ++user) {
        UserEvents& stream = streams.emplace_back("user" + std::to_string(user));
        log.put(p0, stream.next(created(session(1 + static_cast<std::uint64_t>(user)), stream.user())));
        for (int i = 0; i < 5; ++i)
            log.put(p0, stream.next(added(session(1 + static_cast<std::uint64_t>(user)), message(++messages),
                                          std::string(i == 0 ? 5000 : 10, 'x'))));
    }
    assignment.assign({p0});
    run(io, [&]() -> asio::awaitable<void> {
        asio::co_spawn(io, bounded.run(), [&](std::exception_ptr) { ended = true; });
        co_await until_applied(24);
        EXPECT_EQ(model.stream_reads, 4);
        log.put(p0, streams[0].next(added(session(1), message(++messages))));
        co_await until_applied(25);
        bounded.stop();
        co_await until([&] { return ended; });
    });
    EXPECT_EQ(model.tables.events, 25);
    EXPECT_EQ(model.tables.voids, 0);
    EXPECT_EQ(model.stream_reads, 5) << "the first user had been forgotten";
    for (const UserEvents& stream : streams) EXPECT_EQ(model.tables.streams.at(stream.user()).head, stream.head());
    EXPECT_EQ(log.reads.front().second, NextOffset(0));
    EXPECT_GE(model.commits, 8);
    EXPECT_LE(log.reads.size(), 3u) << "what was read is used, not read again";
    for (const BatchCounts& batch : watcher.batches) EXPECT_LE(batch.records(), 6);
}

}  // namespace
}  // namespace chat::test
