#pragma once

#include "infra/postgres/postgres_pool.hpp"
#include "infra/postgres/statement.hpp"
#include "projections/ports/quarantine.hpp"

namespace chat {

extern const Statement count_quarantined_sql;

class PostgresQuarantine final : public Quarantine {
public:
    explicit PostgresQuarantine(PostgresPool& pool) : pool_(pool) {}

    asio::awaitable<std::int64_t> streams() override;

private:
    PostgresPool& pool_;
};

}  // namespace chat
