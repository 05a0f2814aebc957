#include "infra/postgres/postgres_read_model_store.hpp"

#include <memory>
#include <utility>

#include "infra/postgres/commit_batch.hpp"
#include "infra/postgres/forget_command_answers.hpp"
#include "infra/postgres/read_checkpoints.hpp"
#include "infra/postgres/read_streams.hpp"

namespace chat {

asio::awaitable<Checkpoint> PostgresReadModelStore::checkpoint(Partition partition) {
    return pool_.run([partition](PostgresSession& session) { return read_checkpoint(session, partition); });
}

asio::awaitable<StoredStreams> PostgresReadModelStore::streams(Partition partition, std::vector<UserId> users) {
    return pool_.run([partition, users = std::move(users)](PostgresSession& session) {
        return read_streams(session, partition, users);
    });
}

asio::awaitable<bool> PostgresReadModelStore::commit(Partition partition, NextOffset from, Checkpoint to, Batch batch) {
    // Shared, since a std::function may be copied and a batch is large.
    return pool_.run([partition, from, to = std::move(to), batch = std::make_shared<const Batch>(std::move(batch))](
                         PostgresSession& session) { return commit_batch(session, partition, from, to, *batch); });
}

asio::awaitable<std::size_t> PostgresReadModelStore::forget_answers(std::chrono::seconds older_than) {
    return pool_.run([older_than](PostgresSession& session) { return forget_command_answers(session, older_than); });
}

}  // namespace chat
