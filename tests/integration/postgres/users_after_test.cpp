#include <gtest/gtest.h>

#include "infra/postgres/postgres_session.hpp"
#include "infra/postgres/read_user_rows.hpp"
#include "tests/support/postgres_database.hpp"

namespace chat::test {
namespace {

// Also those of whom one table alone knows, which no event makes.
TEST(UsersAfter, AreThoseOfEveryTableInOrderEachOnce) {
    const MigratedDatabase database;
    PostgresSession session(database.options());
    session.exec(R"(
        INSERT INTO user_streams VALUES ('b', 1, gen_random_uuid(), now()), ('h', 1, gen_random_uuid(), now());
        INSERT INTO chat_sessions (id, user_id, title, agent_type, created_at, last_message_at, is_active, deleted_at)
        SELECT gen_random_uuid(), u, 't', 'primary', now(), now(), a, d
          FROM (VALUES ('b', true, NULL), ('c', true, NULL), ('c', true, NULL), ('d', false, NULL),
                       ('e', false, now()), ('e', true, now())) AS s (u, a, d);
        INSERT INTO command_answers
        SELECT u, k, '', 1, now(), gen_random_uuid(), NULL, 't', 1, now(), true, false
          FROM (VALUES ('a', 'one'), ('a', 'two'), ('b', 'one'), ('f', 'one')) AS s (u, k);
        INSERT INTO user_activity VALUES ('b', now(), 'primary', 1), ('g', now(), 'primary', 1),
                                         ('g', now(), 'log_analysis', 1);)");
    for (const std::size_t limit : {std::size_t(1), std::size_t(2), std::size_t(3), std::size_t(100)}) {
        std::string all;
        std::optional<UserId> last;
        for (std::vector<UserId> page;;) {
            page = read_users_after(session, last, limit);
            EXPECT_LE(page.size(), limit);
            for (const UserId& user : page) all += user.value();
            if (page.size() < limit) break;
            last = page.back();
        }
        EXPECT_EQ(all, "abcdefgh") << "by " << limit;
    }
}

}  // namespace
}  // namespace chat::test
