#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "infra/postgres/commit_batch.hpp"
#include "infra/postgres/fields.hpp"
#include "infra/postgres/list_sessions.hpp"
#include "infra/postgres/load_chats.hpp"
#include "infra/postgres/postgres_session.hpp"
#include "infra/postgres/read_messages.hpp"
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

    /// The plan as it ran, both when it is made for these values and when it is made for any.
    std::vector<std::string> plans(const Statement& statement, const std::string& arguments) {
        session_.exec("PREPARE " + statement.name + " AS " + statement.text);
        std::vector<std::string> both;
        for (const auto* mode : {"force_custom_plan", "force_generic_plan"}) {
            session_.exec("SET plan_cache_mode = " + std::string(mode));
            const pqxx::result rows =
                session_.exec("EXPLAIN (ANALYZE, BUFFERS) EXECUTE " + statement.name + " (" + arguments + ")");
            std::string plan;
            for (const auto& row : rows) plan += Fields(row).string(0) + "\n";
            both.push_back(plan);
        }
        session_.exec("DEALLOCATE " + statement.name);
        return both;
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
            for (const std::string& plan : plans(*statement, arguments)) {
                const std::string shown = statement->name + " " + types + "\n" + plan;
                EXPECT_FALSE(uses(plan, "Seq Scan on chat_sessions")) << shown;
                EXPECT_LE(pages(plan), 120) << shown;
                if (uses(statement->name, "active") && !uses(statement->name, "inactive")) {
                    EXPECT_TRUE(uses(plan, "chat_sessions_active")) << shown;
                }
                if (uses(statement->name, "inactive") || uses(statement->name, "all")) {
                    EXPECT_TRUE(uses(plan, "chat_sessions_inactive")) << shown;
                }
                if (uses(statement->name, "deleted")) {
                    EXPECT_TRUE(uses(plan, "chat_sessions_deleted")) << shown;
                }
            }
        }
    }
}

TEST_F(Plans, PagesOfMessagesTouchFewPagesHoweverLongTheSession) {
    const pqxx::result rows = session_.exec("SELECT session_id FROM chat_messages GROUP BY 1 HAVING count(*) > 100");
    const std::string session = Fields(rows[0]).string(0);
    for (const Statement* statement : {&read_messages_below_sql, &read_messages_above_sql})
        for (const std::string& plan : plans(*statement, "0, 'big', '" + session + "', 5000, 101")) {
            EXPECT_TRUE(uses(plan, "chat_messages_in_session")) << plan;
            EXPECT_FALSE(uses(plan, "Seq Scan on chat_")) << plan;
            EXPECT_LE(pages(plan), 150) << plan;  // 101 rows, each maybe in a page of its own
        }
    for (const std::string& plan : plans(read_message_sql, "0, 'big', '" + session + "', '" + session + "'"))
        EXPECT_FALSE(uses(plan, "Seq Scan on chat_")) << plan;
}

TEST_F(Plans, LoadingAUserReadsOnlyTheirSessions) {
    for (const std::string& plan : plans(load_chats_sql, "0, 'u7'")) {
        EXPECT_FALSE(uses(plan, "Seq Scan on chat_sessions")) << plan;
        EXPECT_LE(pages(plan), 80) << plan;
    }
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
    EXPECT_EQ(tables, (std::set<std::string>{"chat_sessions", "checkpoints", "user_streams"}));
}

}  // namespace
}  // namespace chat::test
