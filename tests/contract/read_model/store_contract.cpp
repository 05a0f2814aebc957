#include <chrono>
#include <random>

#include "tests/contract/read_model/read_model_contract.hpp"
#include "tests/support/slower.hpp"

// What the projector writes is what commands load: the state that the same events fold to.
namespace chat::test {

TEST_P(ReadModelContract, IsEmptyAtFirst) {
    const UserStory ann("ann");
    EXPECT_EQ(get(model_->store().checkpoint(partition)), Checkpoint{});
    EXPECT_EQ(get(model_->chats().checkpoint(partition)), Checkpoint{});
    EXPECT_TRUE(get(model_->store().streams(partition, {ann.user()})).streams.empty());
    EXPECT_TRUE(get(model_->store().streams(partition, {})).streams.empty());
    const StoredChats stored = load(ann);
    EXPECT_EQ(stored.chats, UserChats());
    EXPECT_EQ(stored.applied.next_offset, NextOffset(0));
    EXPECT_FALSE(stored.quarantined);
}

TEST_P(ReadModelContract, HoldsTheStateThatTheEventsFoldTo) {
    UserStory ann("ann");
    const SessionId first = ann.creates("first", AgentType::primary, "hello", R"({"a": 1})");
    ann.adds(first, "more");
    const SessionId other = ann.creates("other", AgentType::log_analysis);
    ann.renames(first, "renamed");
    ann.deletes(other);
    ASSERT_TRUE(project(ann));
    const StoredChats stored = load(ann);
    EXPECT_EQ(stored.chats, ann.chats());
    EXPECT_EQ(stored.applied.next_offset, next_);
    ASSERT_NE(stored.chats.find(other), nullptr);
    EXPECT_TRUE(stored.chats.find(other)->deleted);
}

TEST_P(ReadModelContract, LeavesLongMetadataOutOfStatesAndGivesItWhenAsked) {
    UserStory ann("ann");
    const std::string small = R"({"a": "b"})", large = "{\"text\": \"" + std::string(100'000, 'x') + "\"}";
    std::string larger = "{\"list\": [0";  // so that it stays large as it is stored
    for (int i = 1; i < 10'000; ++i) larger += ", " + std::to_string(i * 7919L % 100'003);
    larger += "]}";
    const SessionId one = ann.creates("1", AgentType::primary, {}, small);
    const SessionId two = ann.creates("2", AgentType::primary, {}, large);
    const SessionId three = ann.creates("3", AgentType::primary, {}, larger);
    ann.deletes(three);
    ASSERT_TRUE(project(ann));
    const StoredChats stored = load(ann);
    EXPECT_EQ(stored.chats.find(one)->metadata, JsonText(small));
    EXPECT_EQ(stored.chats.find(two)->metadata, std::nullopt);
    EXPECT_EQ(stored.chats.find(three)->metadata, std::nullopt);
    EXPECT_EQ(get(model_->chats().metadata(one)), JsonText(small));
    EXPECT_EQ(get(model_->chats().metadata(two)), JsonText(large));
    EXPECT_EQ(get(model_->chats().metadata(three)), JsonText(larger));
    EXPECT_EQ(get(model_->chats().metadata(SessionId(next_uuid()))), std::nullopt);
}

TEST_P(ReadModelContract, HoldsTheSameHoweverEventsAreSplitIntoBatches) {
    std::mt19937 random(20260131);
    UserStory ann("ann");
    std::vector<SessionId> sessions{ann.creates("zero")};
    for (int i = 0; i < 150; ++i) {
        const SessionId session = sessions[random() % sessions.size()];
        const auto type = random() % 2 ? AgentType::primary : AgentType::log_analysis;
        switch (random() % 6) {
            case 0:
                sessions.push_back(ann.creates("s" + std::to_string(i), type, "first"));
                break;
            case 1:
                ann.renames(session, "r" + std::to_string(i));
                break;
            case 2:
                ann.deletes(session);
                break;
            case 3:
                ann.restores(session);
                break;
            default:
                if (!ann.chats().find(session)->deleted) ann.adds(session, "m" + std::to_string(i));
        }
        if (random() % 4) continue;
        ASSERT_TRUE(project(ann));
        ASSERT_EQ(load(ann).chats, ann.chats()) << "after event " << i;
    }
    ASSERT_TRUE(project(ann));
    EXPECT_EQ(load(ann).chats, ann.chats());
}

TEST_P(ReadModelContract, KeepsUsersApart) {
    UserStory ann("ann");
    UserStory bob("bob");
    const SessionId of_ann = ann.creates("ann's");
    bob.creates("bob's");
    bob.adds(bob.creates("bob's second"), "hi");
    ASSERT_TRUE(project({&ann, &bob}));
    EXPECT_EQ(load(ann).chats, ann.chats());
    EXPECT_EQ(load(bob).chats, bob.chats());
    EXPECT_FALSE(messages(bob, of_ann).session);
    EXPECT_EQ(load(UserStory("nobody")).chats, UserChats());
    EXPECT_EQ(load(UserStory("nobody")).applied.next_offset, next_);
}

TEST_P(ReadModelContract, TellsWhereStreamsStand) {
    UserStory ann("ann");
    UserStory odd(R"(o'dd "us\er", {NULL})");
    ann.creates("a");
    odd.creates("b");
    ASSERT_TRUE(project({&ann, &odd}));
    const auto streams =
        get(model_->store().streams(partition, {ann.user(), odd.user(), UserId("NULL"), UserId("nobody")})).streams;
    ASSERT_EQ(streams.size(), 2u);
    EXPECT_EQ(streams.at(ann.user()), (StreamStatus{ann.chats().head(), ann.last_time()}));
    EXPECT_EQ(streams.at(odd.user()), (StreamStatus{odd.chats().head(), odd.last_time()}));
}

TEST_P(ReadModelContract, MovesTheCheckpointWithTheRows) {
    UserStory ann("ann");
    ann.creates("a");
    const Checkpoint to{NextOffset(17), EventId(next_uuid())};
    ASSERT_TRUE(get(model_->store().commit(partition, NextOffset(0), to, ann.batch())));
    EXPECT_EQ(get(model_->store().checkpoint(partition)), to);
    EXPECT_EQ(get(model_->chats().checkpoint(partition)), to);
    EXPECT_EQ(get(model_->store().checkpoint(Partition(4))), Checkpoint{});
    // A batch of nothing of ours moves it too, and there may be no id of ours at its end.
    const Checkpoint further{NextOffset(20), std::nullopt};
    ASSERT_TRUE(get(model_->store().commit(partition, to.next_offset, further, Batch{})));
    EXPECT_EQ(get(model_->store().checkpoint(partition)), further);
    EXPECT_EQ(load(ann).applied.next_offset, further.next_offset);
}

TEST_P(ReadModelContract, ChangesNothingForWhoLostTheCheckpoint) {
    UserStory ann("ann");
    const SessionId session = ann.creates("a");
    ASSERT_TRUE(project(ann));
    const UserChats before = ann.chats();
    const Checkpoint checkpoint = get(model_->store().checkpoint(partition));
    ann.adds(session, "lost");
    ann.creates("lost too");
    const Batch batch = ann.batch();
    for (const std::int64_t from : {std::int64_t{0}, next_.value() - 1, next_.value() + 1}) {
        const Checkpoint to{NextOffset(from + 5), EventId(next_uuid())};
        EXPECT_FALSE(get(model_->store().commit(partition, NextOffset(from), to, batch))) << from;
        EXPECT_EQ(get(model_->store().checkpoint(partition)), checkpoint);
        EXPECT_EQ(load(ann).chats, before);
        EXPECT_TRUE(messages(ann, session).messages.empty());
    }
    // Also where nothing was ever committed: only offset 0 is a place to start from.
    EXPECT_FALSE(get(model_->store().commit(Partition(5), NextOffset(1), {NextOffset(2), {}}, Batch{})));
    EXPECT_EQ(get(model_->store().checkpoint(Partition(5))), Checkpoint{});
}

TEST_P(ReadModelContract, ChangesNothingForWhoReadAnEarlierEdition) {
    UserStory ann("ann");
    ann.creates("a");
    ASSERT_TRUE(project(ann));
    const Checkpoint before = get(model_->store().checkpoint(partition));
    const UserChats chats = ann.chats();
    model_->new_edition(partition);
    const Checkpoint now = get(model_->store().checkpoint(partition));
    EXPECT_GT(now.edition, before.edition);
    EXPECT_EQ(now, (Checkpoint{before.next_offset, before.last, now.edition}));
    EXPECT_EQ(get(model_->store().streams(partition, {ann.user()})).edition, now.edition);
    EXPECT_EQ(load(ann).applied, now);
    EXPECT_EQ(get(model_->chats().checkpoint(partition)), now);
    ann.creates("b");
    const Batch batch = ann.batch();
    const Checkpoint of_before{NextOffset(next_.value() + 1), EventId(next_uuid()), before.edition};
    EXPECT_FALSE(get(model_->store().commit(partition, next_, of_before, batch)));
    EXPECT_EQ(load(ann).chats, chats);
    const Checkpoint of_now{of_before.next_offset, of_before.last, now.edition};
    EXPECT_TRUE(get(model_->store().commit(partition, next_, of_now, batch)));
    EXPECT_EQ(get(model_->store().checkpoint(partition)), of_now);
    EXPECT_EQ(load(ann).chats, ann.chats());
}

TEST_P(ReadModelContract, HasEditionsAlsoWhereNothingWasApplied) {
    const Partition empty(6);
    model_->new_edition(empty);
    const Checkpoint now = get(model_->store().checkpoint(empty));
    EXPECT_GT(now.edition, Edition());
    EXPECT_EQ(now.next_offset, NextOffset(0));
    EXPECT_FALSE(get(model_->store().commit(empty, NextOffset(0), {NextOffset(2), {}}, Batch{})));
    EXPECT_TRUE(get(model_->store().commit(empty, NextOffset(0), {NextOffset(2), {}, now.edition}, Batch{})));
    // An edition that was read where there is none any more: all was emptied.
    EXPECT_FALSE(get(model_->store().commit(Partition(7), NextOffset(0), {NextOffset(2), {}, Edition(1)}, Batch{})));
}

TEST_P(ReadModelContract, LetsOneOfManyWinACheckpoint) {
    UserStory ann("ann");
    ann.creates("a");
    const Batch batch = ann.batch();
    int won = 0;
    int done = 0;
    for (int i = 0; i < 8; ++i)
        spawn(io_, [&, i]() -> asio::awaitable<void> {
            const Checkpoint to{NextOffset(1), EventId(next_uuid())};
            const bool mine = co_await model_->store().commit(partition, NextOffset(0), to, batch);
            won += mine;
            if (++done == 8) io_.stop();
        });
    io_.restart();
    io_.run_for(std::chrono::seconds(20) * slower);
    EXPECT_EQ(done, 8);
    EXPECT_EQ(won, 1);
    EXPECT_EQ(load(ann).chats, ann.chats());
}

TEST_P(ReadModelContract, RemembersAQuarantine) {
    UserStory ann("ann");
    ann.creates("a");
    Batch batch = ann.batch();
    batch.streams[ann.user()].quarantined_at = Offset(12);
    batch.streams[ann.user()].quarantine_reason = "sequence 7 after 1";
    batch.streams[UserId("bob")] = StreamStatus{{}, {}, Offset(13), "sequence 2 after 0"};
    const auto expected = batch.streams;
    ASSERT_TRUE(commit(batch));
    EXPECT_EQ(get(model_->store().streams(partition, {ann.user(), UserId("bob")})).streams, expected);
    EXPECT_TRUE(load(ann).quarantined);
    EXPECT_EQ(load(ann).chats, ann.chats());
    EXPECT_TRUE(load(UserStory("bob")).quarantined);
    EXPECT_TRUE(get(model_->chats().answered(partition, ann.user(), "never used")).quarantined);
    EXPECT_FALSE(get(model_->chats().answered(partition, UserId("cid"), "never used")).quarantined);
    EXPECT_TRUE(list(ann).read.quarantined);
    // An operator's decision lifts it: the stream goes on.
    ann.creates("b");
    ASSERT_TRUE(project(ann));
    EXPECT_FALSE(load(ann).quarantined);
}

TEST_P(ReadModelContract, QuarantinesAStreamAndLeavesItsRows) {
    UserStory ann("ann");
    const SessionId session = ann.creates("a", AgentType::primary, "hello");
    ASSERT_TRUE(project(ann));
    const Checkpoint before = get(model_->chats().checkpoint(partition));
    const UserId stranger("a stranger");  // of whom nothing was ever applied
    for (const UserId& user : {ann.user(), stranger}) {
        run(io_, [&]() -> asio::awaitable<void> {
            co_await model_->chats().quarantine(partition, user, "it lost its end");
            co_await model_->chats().quarantine(partition, user, "again");
        });
    }
    const Checkpoint now = get(model_->chats().checkpoint(partition));
    EXPECT_EQ(now, (Checkpoint{before.next_offset, before.last, before.edition.next().next()})) << "once for each";
    EXPECT_TRUE(load(ann).quarantined);
    EXPECT_EQ(load(ann).chats, ann.chats());
    EXPECT_TRUE(messages(ann, session).read.quarantined);
    EXPECT_EQ(messages(ann, session).messages.size(), 1u);
    EXPECT_TRUE(get(model_->chats().load(partition, stranger)).quarantined);

    const StoredStreams found = get(model_->store().streams(partition, {ann.user(), stranger}));
    EXPECT_EQ(found.edition, now.edition);
    EXPECT_EQ(found.streams.at(ann.user()).head, ann.chats().head());
    for (const auto& [user, stream] : found.streams) {
        EXPECT_EQ(stream.quarantined_at, Offset(before.next_offset.value())) << user.value();
        EXPECT_EQ(stream.quarantine_reason, "it lost its end");
    }
    ann.adds(session, "of a projector that does not know");
    EXPECT_FALSE(project(ann));
}

TEST_P(ReadModelContract, QuarantinesAlsoWhereNothingWasApplied) {
    const Partition empty(6);
    const UserId stranger("a stranger");
    run(io_, [&]() -> asio::awaitable<void> { co_await model_->chats().quarantine(empty, stranger, "all is gone"); });
    EXPECT_TRUE(get(model_->chats().load(empty, stranger)).quarantined);
    EXPECT_GT(get(model_->store().checkpoint(empty)).edition, Edition());
}

TEST_P(ReadModelContract, KeepsAllAcrossARestart) {
    UserStory ann("ann");
    const SessionId session = ann.creates("a", AgentType::primary, "hello");
    ASSERT_TRUE(project(ann));
    const Checkpoint checkpoint = get(model_->store().checkpoint(partition));
    model_->restart();
    EXPECT_EQ(get(model_->store().checkpoint(partition)), checkpoint);
    EXPECT_EQ(load(ann).chats, ann.chats());
    ann.adds(session, "again");
    ASSERT_TRUE(project(ann));
    EXPECT_EQ(messages(ann, session).messages.size(), 2u);
}

TEST_P(ReadModelContract, TakesFiveThousandEventsInOneBatch) {
    std::vector<UserStory> stories;
    for (int i = 0; i < 100; ++i) {
        UserStory& story = stories.emplace_back("user " + std::to_string(i));
        const SessionId session = story.creates("s", AgentType::primary, "first");
        for (int m = 0; m < 49; ++m) story.adds(session, "a message of usual length, number " + std::to_string(m));
    }
    Batch batch;
    for (UserStory& story : stories) story.into(batch);
    ASSERT_EQ(batch.events, 5'000);
    const auto start = std::chrono::steady_clock::now();
    ASSERT_TRUE(commit(std::move(batch)));
    // An outer bound for a busy machine; it takes about 100 ms.
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5) * slower);
    EXPECT_EQ(load(stories[42]).chats, stories[42].chats());
}

}  // namespace chat::test
