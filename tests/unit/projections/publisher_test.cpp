#include "projections/publisher.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <map>
#include <utility>

#include "tests/support/coroutine.hpp"
#include "tests/unit/projections/fake_log.hpp"

namespace chat::test {
namespace {

const Partition p0(0);

/// A topic that tells its writers apart, as a broker does.
class FakeTopic final : public PublicTopic {
public:
    asio::awaitable<std::optional<EventId>> take_over(Partition partition) override {
        ++takeovers;
        taken_by_other = false;
        const auto& records = topic[partition];
        co_return records.empty() ? std::nullopt : event_id_of(*records.back());
    }
    asio::awaitable<void> publish(Partition partition, std::vector<std::shared_ptr<const Record>> records) override {
        if (taken_by_other) throw TakenOver();
        const std::size_t stored = std::min(records.size(), std::exchange(torn_after, SIZE_MAX));
        for (std::size_t i = 0; i < stored; ++i) topic[partition].push_back(records[i]);
        if (std::exchange(fail_once, false)) throw Outage("no answer");
        co_return;
    }
    asio::awaitable<void> release(Partition) override { co_return; }

    std::map<Partition, std::vector<std::shared_ptr<const Record>>> topic;
    bool taken_by_other = false;
    bool fail_once = false;             // after it is stored
    std::size_t torn_after = SIZE_MAX;  // only the first so many of the next batch are stored
    int takeovers = 0;
};

class FakeStore final : public PublicationStore {
public:
    asio::awaitable<PublicationMark> mark(Partition) override { co_return marked; }
    asio::awaitable<KnownStreams> streams(std::vector<UserId> users) override {
        KnownStreams found;
        for (const UserId& user : users)
            if (const auto at = saved.find(user); at != saved.end()) found.insert(*at);
        co_return found;
    }
    asio::awaitable<bool> save(Partition, NextOffset from, PublicationMark to, KnownStreams changed) override {
        if (marked.checkpoint.next_offset != from) co_return false;
        marked = to;
        for (auto& [user, stream] : changed) saved.insert_or_assign(user, stream);
        ++saves;
        co_return true;
    }
    asio::awaitable<bool> forget(Partition, NextOffset from) override {
        if (marked.checkpoint.next_offset != from) co_return false;
        marked = {};
        saved.clear();
        ++forgotten;
        co_return true;
    }

    PublicationMark marked;
    KnownStreams saved;
    int saves = 0, forgotten = 0;
};

struct Watcher final : ProjectorObserver {
    void checkpoint_lost(Partition) override { ++lost; }
    void outage(Partition, std::string_view) override { ++outages; }
    void log_cut(Partition, std::string_view evidence) override { cuts.emplace_back(evidence); }
    int lost = 0, outages = 0;
    std::vector<std::string> cuts;
};

class PublisherTest : public testing::Test {
protected:
    PublisherTest() {
        options.batch_records = 3;
        options.least_pause = std::chrono::milliseconds(1);
        options.longest_pause = std::chrono::milliseconds(2);
        options.unsaved_records = 4;
        options.random = [] { return 0.5; };
    }

    /// Runs a publisher until `so`, then stops it.
    void publish_until(std::function<bool()> so) {
        FakeAssignment assignment{io.get_executor()};
        assignment.assign({p0});
        Publisher publisher{io.get_executor(), log, topic, store, assignment, watcher, options};
        bool ended = false;
        run(io, [&]() -> asio::awaitable<void> {
            asio::co_spawn(io, publisher.run(), [&](std::exception_ptr error) {
                ended = true;
                if (error) std::rethrow_exception(error);
            });
            while (!so()) co_await asio::post(io, asio::use_awaitable);
            publisher.stop();
            while (!ended) co_await asio::post(io, asio::use_awaitable);
        });
    }
    void publish_all() {
        publish_until([this] { return topic.topic[p0].size() >= belonging.size(); });
        expect_published();
    }
    void expect_published() {
        ASSERT_EQ(topic.topic[p0].size(), belonging.size());
        for (std::size_t i = 0; i < belonging.size(); ++i) EXPECT_EQ(*topic.topic[p0][i], belonging[i]) << i;
    }

    void put(const Recorded& recorded) {
        log.put(p0, recorded);
        belonging.push_back(encode(recorded));
    }
    /// Messages of ann, each with one that came second.
    void put_messages(int count) {
        if (ann.head().sequence == Sequence(0)) put(ann.next(created(session(1))));
        for (int i = 0; i < count; ++i) {
            const StreamHead before = ann.head();
            put(ann.next(added(session(1), message(++messages))));
            const StreamHead won = ann.head();
            ann.rewind(before);
            log.put(p0, ann.next(added(session(1), message(1000 + messages))));
            ann.rewind(won);
        }
    }

    asio::io_context io{1};
    FakeLog log{io.get_executor()};
    FakeTopic topic;
    FakeStore store;
    Watcher watcher;
    PublisherOptions options;
    UserEvents ann{"ann"};
    std::vector<Record> belonging;
    std::uint64_t messages = 0;
};

TEST_F(PublisherTest, PublishesWhatBelongsAndGoesOnWhereItStopped) {
    put_messages(10);
    publish_all();
    EXPECT_EQ(store.marked.last_published, ann.head().id) << "what was passed is saved at the end";
    put_messages(5);
    publish_all();
}

TEST_F(PublisherTest, FindsItsPlaceByTheLastEventThatIsPublished) {
    put_messages(10);
    publish_all();
    for (const std::int64_t mark : {0, 1, 5, 20}) {
        // As if it had died long after its last save: the mark, and the streams as they stood there.
        const auto& records = log.records(p0);
        store.marked = {};
        store.saved.clear();
        if (mark > 0) {
            const std::span<const StoredRecord> passed(records.data(), static_cast<std::size_t>(mark));
            const Publication run = select_public(passed, {}, PublicTexts::full, {});
            store.marked = {run.next, run.events.back().id};
            store.saved = run.streams;
        }
        put_messages(2);
        publish_all();
    }
}

TEST_F(PublisherTest, ForgetsAMarkThatIsAheadOfTheTopicAndPublishesWhatIsMissing) {
    put_messages(10);
    publish_all();
    topic.topic[p0].resize(4);  // the topic lost its end
    publish_all();
    EXPECT_EQ(store.forgotten, 1);
    EXPECT_TRUE(watcher.cuts.empty());
}

TEST_F(PublisherTest, PublishesEverythingToATopicThatWasMadeAnew) {
    put_messages(10);
    publish_all();
    topic.topic.clear();
    publish_all();
    EXPECT_EQ(store.forgotten, 1);
}

TEST_F(PublisherTest, DoesNotDoubleWhatAnUnansweredTransactionHadStored) {
    put_messages(10);
    topic.fail_once = true;
    publish_all();
    EXPECT_EQ(watcher.outages, 1);
}

TEST_F(PublisherTest, GoesOnBehindTheFirstEventsOfATransactionThatWasTorn) {
    put_messages(10);
    topic.torn_after = 1;
    topic.fail_once = true;
    publish_all();
}

TEST_F(PublisherTest, TakesThePartitionOverAgainWhenAnotherHadIt) {
    put_messages(4);
    publish_all();
    topic.taken_by_other = true;  // .. between this publisher's takeover and its first publication
    int before = topic.takeovers;
    put_messages(4);
    publish_until([&] {
        if (topic.takeovers == before + 1) topic.taken_by_other = true;
        return topic.topic[p0].size() >= belonging.size();
    });
    expect_published();
    EXPECT_EQ(topic.takeovers, before + 2);
    EXPECT_EQ(watcher.lost, 1);
}

TEST_F(PublisherTest, DoesNotPublishFromALogThatIsNotTheTopics) {
    put_messages(3);
    publish_all();
    UserEvents bob("bob");
    Partition0 other;
    other.put(bob.next(created(session(9), UserId("bob"))));
    log.exchange(p0, other);
    store.marked = {};
    store.saved.clear();
    publish_until([this] { return !watcher.cuts.empty(); });
    EXPECT_EQ(topic.topic[p0].size(), belonging.size());
    EXPECT_NE(watcher.cuts.front().find("which the log does not hold"), std::string::npos) << watcher.cuts.front();
}

TEST_F(PublisherTest, DoesNotBuildOnAMarkOfAnotherLog) {
    put_messages(3);
    publish_all();
    store.marked.checkpoint.last = id<EventId>(7);
    put_messages(1);
    publish_until([this] { return !watcher.cuts.empty(); });
    EXPECT_NE(watcher.cuts.front().find("what is remembered of the public topic was built on"), std::string::npos);
}

}  // namespace
}  // namespace chat::test
