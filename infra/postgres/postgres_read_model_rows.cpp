#include "infra/postgres/postgres_read_model_rows.hpp"

#include <cstdint>
#include <memory>
#include <utility>

#include "infra/postgres/read_checkpoints.hpp"
#include "infra/postgres/read_streams.hpp"
#include "infra/postgres/read_user_rows.hpp"
#include "infra/postgres/rebase_checkpoint.hpp"
#include "infra/postgres/replace_user_rows.hpp"

namespace chat {
namespace {

/// A transaction across several jobs: of a pool with one connection, which is told by its number.
class PostgresHeldPartition final : public HeldPartition {
public:
    explicit PostgresHeldPartition(PostgresOptions options) : pool_(std::move(options)) {}

    asio::awaitable<void> hold(Partition partition) {
        const auto held = co_await pool_.run([partition](PostgresSession& session) {
            session.exec("BEGIN");
            const NextOffset checkpoint = hold_checkpoint(session, partition);
            return std::pair(checkpoint, session.number());
        });
        partition_ = partition;
        checkpoint_ = held.first;
        session_ = held.second;
    }

    NextOffset checkpoint() const override { return checkpoint_; }

    asio::awaitable<void> replace(UserId user, UserRows rows) override {
        return pool_.run([held = session_, partition = partition_, user = std::move(user),
                          rows = std::make_shared<const UserRows>(std::move(rows))](PostgresSession& session) {
            if (session.number() != held) throw Outage("the connection that held the read model was lost");
            replace_user_rows(session, partition, user, *rows);
            session.exec("COMMIT");
        });
    }

    asio::awaitable<void> rebase(Checkpoint to, std::vector<std::pair<UserId, std::string>> quarantined) override {
        return pool_.run([held = session_, partition = partition_, to = std::move(to),
                          streams = std::make_shared<const decltype(quarantined)>(std::move(quarantined))](
                             PostgresSession& session) {
            if (session.number() != held) throw Outage("the connection that held the read model was lost");
            rebase_checkpoint(session, partition, to, *streams);
            session.exec("COMMIT");
        });
    }

private:
    PostgresPool pool_;
    Partition partition_;
    NextOffset checkpoint_;
    std::uint64_t session_ = 0;
};

}  // namespace

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

asio::awaitable<StoredStreams> PostgresReadModelRows::streams(Partition partition, std::vector<UserId> users) {
    return pool_.run([partition, users = std::move(users)](PostgresSession& session) {
        return read_streams(session, partition, users);
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

asio::awaitable<std::unique_ptr<HeldPartition>> PostgresReadModelRows::hold(Partition partition) {
    PostgresOptions options = pool_.options();
    options.connections = 1;
    auto held = std::make_unique<PostgresHeldPartition>(std::move(options));
    co_await held->hold(partition);
    co_return held;
}

}  // namespace chat
