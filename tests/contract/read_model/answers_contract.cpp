#include "tests/contract/read_model/read_model_contract.hpp"

namespace chat::test {
namespace {

/// Every kind of command with a key, with others in between that change what the answers showed.
struct KeyedStory : UserStory {
    explicit KeyedStory(std::string user) : UserStory(std::move(user)) {
        keyed("create");
        const SessionId first = creates("one", AgentType::primary, "hello", R"({"n": 1.10})");
        keyed("add");
        adds(first, "second message", R"({"m": 9007199254740993})", MessageType::agent, "primary");
        adds(first, "third");
        keyed("rename");
        renames(first, "two");
        adds(first, "fourth");
        renames(first, "three");
        for (const char* title : {"b", "c", "d", "e", "f"}) creates(title);  // the sixth makes `first` inactive
        keyed("revive");
        adds(first, "fifth");
        keyed("delete");
        deletes(first);
        keyed("restore");
        restores(first);
        keyed("rename inactive");
        renames(first, "four");
        keyed("create again");
        creates("g", AgentType::log_analysis);
    }
};

/// As a client sees it: the read model does not keep who made room for whom.
Answered shown(Answered answered) {
    if (answered.answer.added) {
        answered.answer.added->reactivated = false;
        answered.answer.added->deactivated.reset();
    }
    return answered;
}

}  // namespace

TEST_P(ReadModelContract, RemembersTheFirstAnswersHoweverEventsAreSplitIntoBatches) {
    for (const std::size_t size : {1u, 2u, 3u, 5u, 7u, 100u}) {
        const std::string user = "keyed " + std::to_string(size);
        KeyedStory story(user);
        for (std::size_t from = 0; from < story.events().size(); from += size) {
            Batch batch;
            for (std::size_t i = from; i < std::min(from + size, story.events().size()); ++i) {
                const Recorded& recorded = story.events()[i];
                apply(batch.sessions, recorded);
                apply(batch.messages, recorded);
                apply(batch.answers, recorded, batch.sessions.of(story.user(), recorded.envelope.session));
                batch.streams[story.user()] =
                    StreamStatus{{recorded.envelope.sequence, recorded.envelope.id}, recorded.envelope.time};
            }
            ASSERT_TRUE(commit(std::move(batch)));
        }
        for (const char* key :
             {"create", "add", "rename", "revive", "delete", "restore", "rename inactive", "create again"}) {
            const auto answered = get(model_->chats().answered(partition, story.user(), key)).first;
            ASSERT_TRUE(answered) << key;
            const Answered expected = shown(*story.chats().answered(key));
            EXPECT_EQ(answered->fingerprint, expected.fingerprint);
            Answered comparable = *answered;
            // jsonb has a form of its own; equal as JSON is what KeepsTextsNumbersAndTimesExactly proves.
            comparable.answer.session.metadata = expected.answer.session.metadata;
            if (comparable.answer.added) comparable.answer.added->metadata = expected.answer.added->metadata;
            EXPECT_TRUE(comparable == expected)
                << key << " in batches of " << size << ": title " << answered->answer.session.title << ", messages "
                << answered->answer.session.message_count << ", active " << answered->answer.session.active;
        }
    }
}

TEST_P(ReadModelContract, KnowsNoAnswerToAnotherUsersKey) {
    KeyedStory story("ada");
    ASSERT_TRUE(project(story));
    EXPECT_TRUE(get(model_->chats().answered(partition, UserId("ada"), "add")).first);
    EXPECT_FALSE(get(model_->chats().answered(partition, UserId("bob"), "add")).first);
    EXPECT_FALSE(get(model_->chats().answered(partition, UserId("ada"), "none")).first);
}

TEST_P(ReadModelContract, TakesAKeyAgainThatCameAgain) {
    UserStory story("ada");
    story.keyed("k");
    story.creates("first");
    story.keyed("k");
    const SessionId second = story.creates("second");
    ASSERT_TRUE(project(story));
    EXPECT_EQ(get(model_->chats().answered(partition, UserId("ada"), "k")).first->answer.session.id, second);
    story.keyed("k");
    const SessionId third = story.creates("third");
    ASSERT_TRUE(project(story));
    EXPECT_EQ(get(model_->chats().answered(partition, UserId("ada"), "k")).first->answer.session.id, third);
}

TEST_P(ReadModelContract, ForgetsAnswersThatAreTooOld) {
    KeyedStory old("ada");
    ASSERT_TRUE(project(old));
    UserStory young("bob");
    young.at(std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now()));
    young.keyed("k");
    young.creates("t");
    ASSERT_TRUE(project(young));
    EXPECT_EQ(get(model_->store().forget_answers(std::chrono::hours(24))), 8u);
    EXPECT_EQ(get(model_->store().forget_answers(std::chrono::hours(24))), 0u);
    EXPECT_FALSE(get(model_->chats().answered(partition, UserId("ada"), "add")).first);
    EXPECT_TRUE(get(model_->chats().answered(partition, UserId("bob"), "k")).first);
}

}  // namespace chat::test
