#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "infra/postgres/commit_batch.hpp"
#include "infra/postgres/fields.hpp"
#include "infra/postgres/list_sessions.hpp"
#include "infra/postgres/load_chats.hpp"
#include "infra/postgres/postgres_session.hpp"
#include "infra/postgres/read_messages.hpp"
#include "infra/postgres/read_user_rows.hpp"
#include "tests/contract/read_model/user_story.hpp"
#include "tests/support/postgres_database.hpp"

// That the indexes do what docs/decisions/0002-read-model-indexes.md says.
namespace chat::test {
namespace {

/// Many users, one of whom has 10,000 inactive sessions and 1,000 deleted ones, and one session with 10,000 messages.
class Plans : public testing::Test {
protected:
    static void SetUpTestSuite() {
        database_ = new MigratedDatabase;
        PostgresSession session(database_->options());
        session.exec(R"(
            INSERT INTO checkpoints SELECT p, 1000 FROM generate_series(0, 11) p;
            INSERT INTO user_streams SELECT 'u' || i, 10, gen_random_uuid(), now() FROM generate_series(1, 3000) i;
            INSERT INTO user_streams VALUES ('big', 20000, gen_random_uuid(), now());
            INSERT INTO chat_sessions (id, user_id, title, agent_type, created_at, last_message_at, is_active)
            SELECT gen_random_uuid(), 'u' || (i % 3000 + 1), 'title', 'primary', now(), now() - i * interval '1 s',
                   i <= 15000
              FROM generate_series(1, 45000) i;
            INSERT INTO chat_sessions (id, user_id, title, agent_type, created_at, last_message_at, is_active, deleted_at)
            SELECT gen_random_uuid(), 'big', 'title', 'primary', now(), now() - i * interval '1 s', i <= 5,
                   CASE WHEN i > 10005 THEN now() END
              FROM generate_series(1, 11005) i;
            INSERT INTO chat_messages (id, session_id, message_type, content, created_at, sequence)
            SELECT gen_random_uuid(), id, 'user', 'text', now(), i
              FROM (SELECT id FROM chat_sessions WHERE user_id = 'big' AND is_active LIMIT 1) s,
                   generate_series(1, 10000) i;
            INSERT INTO chat_messages (id, session_id, message_type, content, created_at, sequence)
            SELECT gen_random_uuid(), id, 'user', 'text', now(), 1 FROM chat_sessions WHERE user_id <> 'big';
            ANALYZE)");
    }
    static void TearDownTestSuite() {
        delete database_;
        database_ = nullptr;
    }

    /// The plan as it ran, with the settings that every session of ours has.
    static std::string plan(PostgresSession& session, const Statement& statement, const std::string& arguments) {
        session.exec("PREPARE " + statement.name + " AS " + statement.text);
        const pqxx::result rows =
            session.exec("EXPLAIN (ANALYZE, BUFFERS) EXECUTE " + statement.name + " (" + arguments + ")");
        std::string text = statement.name + " (" + arguments + ")\n";
        for (const auto& row : rows) text += Fields(row).string(0) + "\n";
        session.exec("DEALLOCATE " + statement.name);
        return text;
    }

    /// What must be so of every list, on a full database and on one that was empty when the plan was made.
    static void expect_right_indexes(const Statement& statement, const std::string& shown) {
        EXPECT_FALSE(uses(shown, "Seq Scan on chat_sessions")) << shown;
        const bool all = uses(statement.name, "list_all");
        EXPECT_EQ(uses(shown, "using chat_sessions_active") || uses(shown, "on chat_sessions_active"),
                  all || uses(statement.name, "list_active"))
            << shown;
        // In the index's order, not sorted.
        EXPECT_EQ(uses(shown, "using chat_sessions_inactive"), all || uses(statement.name, "list_inactive")) << shown;
        EXPECT_EQ(uses(shown, "using chat_sessions_deleted"), uses(statement.name, "list_deleted")) << shown;
    }

    /// Pages that the whole statement touched, in memory or not.
    static int pages(const std::string& plan) {
        const std::size_t line = plan.find("Buffers: shared");
        const std::string buffers = plan.substr(line, plan.find('\n', line) - line);
        int all = 0;
        for (const auto* kind : {"hit=", "read="})
            if (const std::size_t at = buffers.find(kind); at != std::string::npos)
                all += std::atoi(buffers.c_str() + at + std::string(kind).size());
        return all;
    }

    static bool uses(const std::string& plan, const std::string& what) { return plan.find(what) != std::string::npos; }

    static MigratedDatabase* database_;
    PostgresSession session_{database_->options()};
};
MigratedDatabase* Plans::database_ = nullptr;

TEST_F(Plans, ListsTouchFewPagesHoweverManySessionsAUserHas) {
    for (const Statement* statement : list_sessions_statements()) {
        const bool has_cursor = !statement->name.ends_with("newest");
        for (const std::string types : {"'{primary,log_analysis}'", "'{log_analysis}'", "'{primary}'"}) {
            std::string arguments = "0, 'big', " + types + ", 21";
            // Half way down the inactive sessions.
            if (has_cursor) arguments += ", now() - interval '5000 s', '80000000-0000-0000-0000-000000000000'";
            const std::string shown = plan(session_, *statement, arguments);
            expect_right_indexes(*statement, shown);
            EXPECT_LE(pages(shown), 120) << shown;
        }
    }
}

TEST_F(Plans, AreRightAlsoIfMadeWhileTheTablesWereEmpty) {
    const MigratedDatabase database;
    PostgresSession session(database.options());
    for (const Statement* statement : list_sessions_statements()) {
        std::string arguments = "0, 'big', '{primary}', 21";
        if (!statement->name.ends_with("newest")) arguments += ", now(), '80000000-0000-0000-0000-000000000000'";
        expect_right_indexes(*statement, plan(session, *statement, arguments));
    }
    const std::string id = "'80000000-0000-0000-0000-000000000000'";
    for (const std::string& shown :
         {plan(session, read_messages_below_sql, "0, 'u', " + id + ", 5, 5, 1000"),
          plan(session, read_messages_above_sql, "0, 'u', " + id + ", 5, 5, 1000"),
          plan(session, read_message_sql, "0, 'u', " + id + ", " + id), plan(session, load_chats_sql, "0, 'u'")})
        EXPECT_FALSE(uses(shown, "Seq Scan on")) << shown;
}

TEST_F(Plans, PagesOfMessagesTouchFewPagesHoweverLongTheSession) {
    const pqxx::result rows = session_.exec("SELECT session_id FROM chat_messages GROUP BY 1 HAVING count(*) > 100");
    const std::string session = Fields(rows[0]).string(0);
    for (const Statement* statement : {&read_messages_below_sql, &read_messages_above_sql}) {
        const std::string shown = plan(session_, *statement, "0, 'big', '" + session + "', 5000, 101, 1000000");
        EXPECT_TRUE(uses(shown, "using chat_messages_in_session")) << shown;
        EXPECT_FALSE(uses(shown, "Seq Scan on chat_")) << shown;
        EXPECT_LE(pages(shown), 150) << shown;  // 101 rows, each maybe in a page of its own
    }
    const std::string one = plan(session_, read_message_sql, "0, 'big', '" + session + "', '" + session + "'");
    EXPECT_FALSE(uses(one, "Seq Scan on chat_")) << one;
}

TEST_F(Plans, LoadingAUserReadsOnlyTheirSessions) {
    const std::string shown = plan(session_, load_chats_sql, "0, 'u7'");
    EXPECT_FALSE(uses(shown, "Seq Scan on chat_sessions")) << shown;
    EXPECT_LE(pages(shown), 80) << shown;
}

// As `verify` does for each page of users: it must not look at all of them for each.
TEST_F(Plans, ListingSomeUsersReadsOnlyTheirRows) {
    const std::string shown = plan(session_, read_users_after_sql, "'u2', 10");
    EXPECT_FALSE(uses(shown, "Seq Scan on")) << shown;
    EXPECT_LE(pages(shown), 400) << shown;  // 150 sessions, each maybe in a page of its own
}

TEST_F(Plans, MessagesToActiveSessionsAreHotUpdates) {
    const MigratedDatabase database;
    PostgresSession session(database.options());
    std::vector<UserStory> stories;
    Batch batch;
    for (int i = 0; i < 50; ++i) {
        UserStory& story = stories.emplace_back("user " + std::to_string(i));
        story.creates("s");
        story.into(batch);
    }
    ASSERT_TRUE(commit_batch(session, Partition(0), NextOffset(0), {NextOffset(1), {}}, batch));
    constexpr std::int64_t rounds = 200;
    for (std::int64_t round = 1; round <= rounds; ++round) {
        Batch messages;
        for (UserStory& story : stories) {
            story.adds(story.chats().sessions().begin()->first, "another");
            story.into(messages);
        }
        ASSERT_TRUE(commit_batch(session, Partition(0), NextOffset(round), {NextOffset(round + 1), {}}, messages));
    }
    session.exec("SELECT pg_stat_force_next_flush()");
    const pqxx::result rows = session.exec(
        "SELECT relname, n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE n_tup_upd > 0 ORDER BY relname");
    std::set<std::string> tables;
    for (const auto& record : rows) {
        const Fields row(record);
        tables.insert(row.string(0));
        EXPECT_GE(row.number(1), rounds) << row.string(0);
        EXPECT_GE(row.number(2), row.number(1) * 95 / 100)
            << row.string(0) << ": " << row.number(2) << " of " << row.number(1) << " updates were HOT";
    }
    EXPECT_EQ(tables, (std::set<std::string>{"chat_sessions", "checkpoints", "user_activity", "user_streams"}));
}

}  // namespace
}  // namespace chat::test
