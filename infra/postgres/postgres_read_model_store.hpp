#pragma once

#include "infra/postgres/postgres_pool.hpp"
#include "projections/ports/read_model_store.hpp"

namespace chat {

/// The read model's tables as the projector writes them.
class PostgresReadModelStore final : public ReadModelStore {
public:
    explicit PostgresReadModelStore(PostgresPool& pool) : pool_(pool) {}

    asio::awaitable<Checkpoint> checkpoint(Partition partition) override;
    asio::awaitable<StoredStreams> streams(Partition partition, std::vector<UserId> users) override;
    asio::awaitable<bool> commit(Partition partition, NextOffset from, Checkpoint to, Batch batch) override;
    asio::awaitable<std::size_t> forget_answers(std::chrono::seconds older_than) override;

private:
    PostgresPool& pool_;
};

}  // namespace chat
