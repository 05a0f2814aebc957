#include "infra/postgres/migrations.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "events/outage.hpp"
#include "infra/postgres/all_statements.hpp"
#include "infra/postgres/fields.hpp"
#include "infra/postgres/postgres_session.hpp"
#include "tests/support/postgres_database.hpp"

namespace chat::test {
namespace {

std::string one_text(PostgresSession& session, const std::string& sql) {
    const pqxx::result rows = session.exec(sql);
    return Fields(rows[0]).string(0);
}

/// Column, type, nullability and default of a table, in the order of its columns.
std::string columns(PostgresSession& session, const std::string& table) {
    return one_text(session, R"(
        SELECT string_agg(concat_ws(' ', attname, format_type(atttypid, atttypmod),
                                    CASE WHEN attnotnull THEN 'not null' END, pg_get_expr(adbin, adrelid)),
                          ', ' ORDER BY attnum)
          FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
         WHERE attrelid = ')" + table +
                                 "'::regclass AND attnum > 0 AND NOT attisdropped");
}

TEST(Migrations, MakeTheTablesThatWerePromised) {
    const MigratedDatabase database;
    PostgresSession session(database.options());
    EXPECT_TRUE(columns(session, "chat_sessions")
                    .starts_with("id uuid not null, user_id character varying(255) not null, "
                                 "title character varying(255) not null, agent_type character varying(20) not null, "
                                 "created_at timestamp with time zone not null, "
                                 "last_message_at timestamp with time zone not null, is_active boolean not null, "
                                 "metadata jsonb not null '{}'::jsonb"))
        << columns(session, "chat_sessions");
    EXPECT_TRUE(columns(session, "chat_messages")
                    .starts_with("id uuid not null, session_id uuid not null, "
                                 "message_type character varying(20) not null, content text not null, "
                                 "agent_type character varying(20), metadata jsonb not null '{}'::jsonb, "
                                 "created_at timestamp with time zone not null"))
        << columns(session, "chat_messages");
    session.exec(R"(
        INSERT INTO chat_sessions VALUES (gen_random_uuid(), 'u', 't', 'primary', now(), now(), true);
        INSERT INTO chat_messages
        SELECT gen_random_uuid(), id, 'user', 'c', NULL, '{}', now(), 1 FROM chat_sessions)");
    EXPECT_THROW(session.exec("UPDATE chat_sessions SET agent_type = 'other'"), pqxx::check_violation);
    EXPECT_THROW(session.exec("UPDATE chat_messages SET message_type = 'other'"), pqxx::check_violation);
    session.exec("DELETE FROM chat_sessions");
    EXPECT_EQ(one_text(session, "SELECT count(*) FROM chat_messages"), "0") << "messages go with their session";
}

TEST(Migrations, RunOnce) {
    const PostgresDatabase database;
    EXPECT_EQ(migrate(database.options()), static_cast<int>(migrations().size()));
    EXPECT_EQ(migrate(database.options()), 0);
    PostgresSession session(database.options());
    EXPECT_EQ(one_text(session, "SELECT count(*) || ' to ' || max(version) FROM schema_migrations"),
              std::to_string(migrations().size()) + " to " + std::to_string(migrations().back().version));
}

TEST(Migrations, HaveVersionsWithoutGaps) {
    int expected = 0;
    for (const Migration& migration : migrations()) EXPECT_EQ(migration.version, ++expected) << migration.name;
}

TEST(Migrations, TakeTurnsWhenProgramsStartTogether) {
    const PostgresDatabase database;
    std::vector<pid_t> children;
    for (int i = 0; i < 4; ++i) {
        const pid_t child = ::fork();
        if (child == 0) {
            int code = 99;
            try {
                code = migrate(database.options());
            } catch (...) {
            }
            ::_exit(code);  // nothing of the test's may end twice
        }
        children.push_back(child);
    }
    int steps = 0;
    for (const pid_t child : children) {
        int status = 0;
        ::waitpid(child, &status, 0);
        ASSERT_TRUE(WIFEXITED(status));
        ASSERT_NE(WEXITSTATUS(status), 99);
        steps += WEXITSTATUS(status);
    }
    EXPECT_EQ(steps, static_cast<int>(migrations().size())) << "each step was taken by one of them";
}

TEST(Migrations, RefuseADatabaseThatIsNewerThanTheProgram) {
    const MigratedDatabase database;
    PostgresSession session(database.options());
    session.exec("INSERT INTO schema_migrations (version, name) VALUES (99, 'of tomorrow')");
    try {
        migrate(database.options());
        FAIL() << "it was taken";
    } catch (const UnusableDatabase& error) {
        EXPECT_NE(std::string(error.what()).find("version 99"), std::string::npos) << error.what();
    }
}

TEST(Migrations, RefuseADatabaseThatCannotHoldAllTexts) {
    const PostgresDatabase database(test_server(), "SQL_ASCII");
    EXPECT_THROW(migrate(database.options()), UnusableDatabase);
}

TEST(Migrations, LeaveNothingHalfDone) {
    const PostgresDatabase database;
    PostgresSession session(database.options());
    session.exec("CREATE TABLE user_streams (not_ours int)");
    EXPECT_THROW(migrate(database.options()), UnusableDatabase);
    EXPECT_EQ(one_text(session, "SELECT (to_regclass('chat_sessions') IS NULL)::text"), "true");
    session.exec("DROP TABLE user_streams");
    EXPECT_EQ(migrate(database.options()), static_cast<int>(migrations().size()));
}

TEST(Migrations, FollowTheSearchPath) {
    const MigratedDatabase database;
    {
        PostgresSession session(database.options());
        session.exec("CREATE SCHEMA shadow");
    }
    PostgresOptions options = database.options();
    options.connection += " options='-c search_path=shadow'";
    EXPECT_EQ(migrate(options), static_cast<int>(migrations().size()));
    PostgresSession session(options);
    EXPECT_EQ(one_text(session, "SELECT (to_regclass('shadow.chat_sessions') IS NOT NULL)::text"), "true");
}

TEST(Migrations, AreAnOutageWithoutADatabase) {
    PostgresOptions options;
    options.connection = "host=/nowhere dbname=chat password=s3cret";
    try {
        migrate(options);
        FAIL() << "there is one";
    } catch (const Outage& outage) {
        EXPECT_EQ(std::string(outage.what()).find("s3cret"), std::string::npos) << outage.what();
    }
}

TEST(Statements, AllPrepareAgainstTheNewestSchema) {
    const MigratedDatabase database;
    PostgresSession session(database.options());
    std::set<std::string> names;
    for (const Statement* statement : all_statements()) {
        EXPECT_TRUE(names.insert(statement->name).second) << statement->name << " is the name of two";
        EXPECT_NO_THROW(session.exec("PREPARE " + statement->name + " AS " + statement->text)) << statement->name;
    }
    EXPECT_GT(names.size(), 25u);
}

}  // namespace
}  // namespace chat::test
