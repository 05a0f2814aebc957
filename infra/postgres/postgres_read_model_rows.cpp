#include "infra/postgres/postgres_read_model_rows.hpp"

#include <memory>
#include <utility>

#include "infra/postgres/read_checkpoints.hpp"
#include "infra/postgres/read_user_rows.hpp"
#include "infra/postgres/replace_user_rows.hpp"

namespace chat {

asio::awaitable<Checkpoint> PostgresReadModelRows::checkpoint(Partition partition) {
    return pool_.run([partition](PostgresSession& session) { return read_checkpoint(session, partition); });
}

// The tables are locked before the snapshot is taken, so that all of it is of one read model while another is swapped
// in.
asio::awaitable<RowsSnapshot> PostgresReadModelRows::rows(Partition partition, std::vector<UserId> users) {
    return pool_.transaction([partition, users = std::move(users)](PostgresSession& session) {
        session.exec(
            "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;"
            "LOCK TABLE checkpoints, user_streams, chat_sessions, chat_messages, command_answers, user_activity IN "
            "ACCESS SHARE MODE");
        RowsSnapshot snapshot;
        snapshot.checkpoint = read_checkpoint(session, partition);
        snapshot.rows = read_user_rows(session, partition, users);
        return snapshot;
    });
}

asio::awaitable<std::vector<UserId>> PostgresReadModelRows::users_after(std::optional<UserId> last, std::size_t limit) {
    return pool_.run(
        [last = std::move(last), limit](PostgresSession& session) { return read_users_after(session, last, limit); });
}

asio::awaitable<std::vector<std::string>> PostgresReadModelRows::as_stored(std::vector<std::string> json) {
    return pool_.run([json = std::make_shared<const std::vector<std::string>>(std::move(json))](
                         PostgresSession& session) { return read_as_stored(session, *json); });
}

asio::awaitable<NextOffset> PostgresReadModelRows::replace(Partition partition, NextOffset least, NextOffset most,
                                                           UserId user, UserRows rows) {
    return pool_.transaction(
        [=, user = std::move(user), rows = std::make_shared<const UserRows>(std::move(rows))](PostgresSession& tx) {
            return replace_user_rows(tx, partition, least, most, user, *rows);
        });
}

}  // namespace chat
