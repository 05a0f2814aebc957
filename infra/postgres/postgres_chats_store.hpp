#pragma once

#include "commands/ports/chats_store.hpp"
#include "infra/postgres/postgres_pool.hpp"

namespace chat {

/// Users' states from the read model.
class PostgresChatsStore final : public ChatsStore {
public:
    explicit PostgresChatsStore(PostgresPool& pool) : pool_(pool) {}

    asio::awaitable<StoredChats> load(Partition partition, UserId user) override;
    asio::awaitable<Checkpoint> checkpoint(Partition partition) override;

private:
    PostgresPool& pool_;
};

}  // namespace chat
