#include "infra/postgres/forget_command_answers.hpp"

namespace chat {

const Statement forget_command_answers_sql{"forget_command_answers", R"(
    DELETE FROM command_answers
     WHERE ctid = ANY (ARRAY(SELECT ctid FROM command_answers
                              WHERE happened_at < now() - make_interval(secs => $1::bigint) LIMIT 5000)))"};

std::size_t forget_command_answers(PostgresSession& session, std::chrono::seconds older_than) {
    const pqxx::result gone = session.exec(forget_command_answers_sql, static_cast<std::int64_t>(older_than.count()));
    return static_cast<std::size_t>(gone.affected_rows());
}

}  // namespace chat
