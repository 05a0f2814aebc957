#pragma once

#include "infra/postgres/postgres_pool.hpp"
#include "projections/ports/queries.hpp"

namespace chat {

/// Reads the read model: each call is one statement, so one snapshot and one round trip.
class PostgresQueries final : public Queries {
public:
    explicit PostgresQueries(PostgresPool& pool) : pool_(pool) {}

    asio::awaitable<SessionPage> sessions(Partition partition, SessionListQuery query) override;
    asio::awaitable<MessagePage> messages(Partition partition, MessagePageQuery query) override;
    asio::awaitable<SingleMessage> message(Partition partition, UserId user, SessionId session,
                                           MessageId message) override;
    asio::awaitable<ActivityPage> activity(Partition partition, ActivityQuery query) override;
    asio::awaitable<ReadVersion> version(Partition partition, UserId user) override;

private:
    PostgresPool& pool_;
};

}  // namespace chat
