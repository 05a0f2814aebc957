#pragma once

#include <string>
#include <utility>
#include <vector>

#include "infra/postgres/postgres_pool.hpp"
#include "projections/ports/publication_store.hpp"

namespace chat {

/// The tables `publication_marks` and `publication_streams`, of one public topic. `pool` outlives it.
class PostgresPublicationStore final : public PublicationStore {
public:
    PostgresPublicationStore(PostgresPool& pool, std::string topic) : pool_(pool), topic_(std::move(topic)) {}

    asio::awaitable<PublicationMark> mark(Partition partition) override;
    asio::awaitable<KnownStreams> streams(std::vector<UserId> users) override;
    asio::awaitable<bool> save(Partition partition, NextOffset from, PublicationMark to, KnownStreams changed) override;
    asio::awaitable<bool> forget(Partition partition, NextOffset from) override;

private:
    PostgresPool& pool_;
    std::string topic_;
};

}  // namespace chat
