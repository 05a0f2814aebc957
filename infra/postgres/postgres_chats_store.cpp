#include "infra/postgres/postgres_chats_store.hpp"

#include <utility>

#include "infra/postgres/load_chats.hpp"
#include "infra/postgres/quarantine_streams.hpp"
#include "infra/postgres/read_checkpoints.hpp"
#include "infra/postgres/read_command_answer.hpp"
#include "infra/postgres/read_metadata.hpp"

namespace chat {

asio::awaitable<StoredChats> PostgresChatsStore::load(Partition partition, UserId user) {
    return pool_.run(
        [partition, user = std::move(user)](PostgresSession& session) { return load_chats(session, partition, user); });
}

asio::awaitable<std::optional<JsonText>> PostgresChatsStore::metadata(SessionId id) {
    return pool_.run([id](PostgresSession& session) { return read_metadata(session, id); });
}

asio::awaitable<Checkpoint> PostgresChatsStore::checkpoint(Partition partition) {
    return pool_.run([partition](PostgresSession& session) { return read_checkpoint(session, partition); });
}

asio::awaitable<StoredAnswer> PostgresChatsStore::answered(Partition partition, UserId user, std::string command_key) {
    return pool_.run(
        [partition, user = std::move(user), key = std::move(command_key), kept = keys_kept_](PostgresSession& session) {
            return read_command_answer(session, partition, user, key, kept);
        });
}

asio::awaitable<void> PostgresChatsStore::quarantine(Partition partition, UserId user, std::string why) {
    return pool_.transaction([partition, user = std::move(user), why = std::move(why)](PostgresSession& session) {
        quarantine_stream(session, partition, user, why);
    });
}

}  // namespace chat
