#include "infra/postgres/postgres_bulk_loader.hpp"

#include <gtest/gtest.h>

#include "infra/postgres/postgres_session.hpp"
#include "infra/postgres/read_checkpoints.hpp"
#include "infra/postgres/read_user_rows.hpp"
#include "projections/replay/row_differences.hpp"
#include "tests/contract/read_model/user_story.hpp"
#include "tests/support/postgres_database.hpp"

// What it loads is what committing the same batches would have left.
namespace chat::test {
namespace {

constexpr Partition p0{0};

class PostgresBulkLoaderTest : public testing::Test {
protected:
    // Messages are loaded before their sessions: a rebuild makes that constraint afterwards.
    void SetUp() override { session.exec("ALTER TABLE chat_messages DROP CONSTRAINT chat_messages_session_id_fkey"); }

    /// The same leg into the tables and into memory.
    bool load(std::int64_t from, std::int64_t to, const Batch& leg) {
        loader.add(leg.messages);
        Batch rest = leg;
        rest.messages.clear();
        const bool kept = loader.finish(p0, NextOffset(from), {NextOffset(to), EventId(next_uuid()), {}}, rest);
        if (kept) commit_to(expected, leg);
        return kept;
    }
    RowsByUser stored(const std::vector<UserId>& users) { return read_user_rows(session, p0, users); }
    void expect_stored(const UserId& user) {
        ASSERT_TRUE(expected[user].stream) << user.value();
        for (const Difference& difference : differences(user, expected[user], stored({user})[user], Time()))
            ADD_FAILURE() << user.value() << ": " << difference.field << " is " << difference.found << ", not "
                          << difference.expected;
    }
    NextOffset checkpoint() { return read_checkpoint(session, p0).next_offset; }

    MigratedDatabase database;
    PostgresSession session{database.options()};
    PostgresBulkLoader loader{database.options()};
    RowsByUser expected;
};

/// Every column with and without a value.
void write_of_everything(UserStory& story) {
    story.keyed("first");
    const SessionId plain =
        story.creates("Überschrift \t\n\\ 😀", AgentType::primary, {}, R"({"of": [1, {"more": null}]})");
    story.keyed("with a message");
    const SessionId other = story.creates("b", AgentType::log_analysis, "first message");
    story.keyed("message");
    story.adds(plain, "tab\t, line\n, \\N, \"quoted\", 'quoted', 語", R"({"n": 123456789012345678901234567890.5})",
               MessageType::agent, "planner");
    story.adds(plain, std::string(300'000, 'x'), "{}", MessageType::system);
    story.renames(other, std::string(255, 'n'));
    story.keyed("deletion");
    story.deletes(other);
    const SessionId back = story.creates("c");
    story.deletes(back);
    story.restores(back);
    for (int more = 0; more < 6; ++more) story.creates("more " + std::to_string(more));  // some become inactive
    story.at(Time(std::chrono::sys_days(std::chrono::year(2031) / 12 / 31)) + std::chrono::hours(23));
    story.adds(back, "on another day");
}

TEST_F(PostgresBulkLoaderTest, LoadsWhatABatchOfEverythingComesTo) {
    UserStory ann("ann"), bob("bob \xc3\xa9 \\ '");
    write_of_everything(ann);
    write_of_everything(bob);
    Batch leg;
    ann.into(leg);
    bob.into(leg);
    leg.streams[bob.user()].quarantined_at = Offset(12);
    leg.streams[bob.user()].quarantine_reason = "sequence 70 after 1";
    leg.streams[UserId("cid")].quarantined_at = Offset(13);  // nothing of whom belongs
    leg.streams[UserId("cid")].quarantine_reason = "sequence 2 after 0";
    ASSERT_TRUE(load(0, 40, leg));
    expect_stored(ann.user());
    expect_stored(bob.user());
    expect_stored(UserId("cid"));
    EXPECT_EQ(checkpoint(), NextOffset(40));
}

TEST_F(PostgresBulkLoaderTest, LoadsMoreBehindWhatIsThere) {
    UserStory ann("ann"), bob("bob");
    const SessionId early = ann.creates("early", AgentType::log_analysis, "one");
    ASSERT_TRUE(load(0, 1, [&] {
        Batch leg;
        ann.into(leg);
        return leg;
    }()));
    ann.adds(early, "two");
    ann.renames(early, "later");
    write_of_everything(ann);
    write_of_everything(bob);
    Batch leg;
    ann.into(leg);
    bob.into(leg);
    ASSERT_TRUE(load(1, 50, leg));
    expect_stored(ann.user());
    expect_stored(bob.user());
    EXPECT_EQ(checkpoint(), NextOffset(50));
}

TEST_F(PostgresBulkLoaderTest, LoadsALegWithNothingOfOurs) {
    ASSERT_TRUE(load(0, 7, Batch()));
    ASSERT_TRUE(load(7, 9, Batch()));
    EXPECT_EQ(checkpoint(), NextOffset(9));
}

TEST_F(PostgresBulkLoaderTest, KeepsNothingOfALegThatAnotherLoaded) {
    UserStory ann("ann"), bob("bob");
    write_of_everything(ann);
    write_of_everything(bob);
    ASSERT_TRUE(load(0, 20, ann.batch()));
    for (const std::int64_t from : {0, 19, 21}) {
        EXPECT_FALSE(load(from, 40, bob.batch()));
        EXPECT_TRUE(stored({bob.user()}).empty());
        EXPECT_EQ(checkpoint(), NextOffset(20));
    }
    expect_stored(ann.user());
    EXPECT_EQ(
        session.exec("SELECT FROM chat_messages m JOIN chat_sessions s ON s.id = m.session_id WHERE user_id <> 'ann'")
            .size(),
        0);
    ASSERT_TRUE(load(20, 40, bob.batch())) << "it still loads";
}

}  // namespace
}  // namespace chat::test
