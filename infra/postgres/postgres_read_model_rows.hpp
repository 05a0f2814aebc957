#pragma once

#include "infra/postgres/postgres_pool.hpp"
#include "projections/ports/read_model_rows.hpp"

namespace chat {

/// The read model's tables as whole rows. Its pool's timeouts must allow for reading or replacing all that a user has.
class PostgresReadModelRows final : public ReadModelRows {
public:
    explicit PostgresReadModelRows(PostgresPool& pool) : pool_(pool) {}

    asio::awaitable<Checkpoint> checkpoint(Partition partition) override;
    asio::awaitable<RowsSnapshot> rows(Partition partition, std::vector<UserId> users) override;
    asio::awaitable<StoredStreams> streams(Partition partition, std::vector<UserId> users) override;
    asio::awaitable<std::vector<UserId>> users_after(std::optional<UserId> last, std::size_t limit) override;
    asio::awaitable<std::vector<std::string>> as_stored(std::vector<std::string> json) override;
    asio::awaitable<std::unique_ptr<HeldPartition>> hold(Partition partition) override;

private:
    PostgresPool& pool_;
};

}  // namespace chat
