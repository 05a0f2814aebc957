#pragma once

#include <chrono>

#include "commands/ports/chats_store.hpp"
#include "infra/postgres/postgres_pool.hpp"

namespace chat {

/// Users' states in the read model.
class PostgresChatsStore final : public ChatsStore {
public:
    /// `keys_kept`: how long a command key is known after its event.
    PostgresChatsStore(PostgresPool& pool, std::chrono::seconds keys_kept) : pool_(pool), keys_kept_(keys_kept) {}

    asio::awaitable<StoredChats> load(Partition partition, UserId user) override;
    /// The message's `reactivated` and `deactivated` are not in the read model, and no answer shows them.
    asio::awaitable<StoredAnswer> answered(Partition partition, UserId user, std::string command_key) override;
    asio::awaitable<std::optional<JsonText>> metadata(SessionId session) override;
    asio::awaitable<Checkpoint> checkpoint(Partition partition) override;
    asio::awaitable<void> quarantine(Partition partition, UserId user, std::string why) override;

private:
    PostgresPool& pool_;
    std::chrono::seconds keys_kept_;
};

}  // namespace chat
