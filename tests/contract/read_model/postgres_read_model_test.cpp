#include <optional>

#include "infra/postgres/new_edition.hpp"
#include "infra/postgres/postgres_chats_store.hpp"
#include "infra/postgres/postgres_queries.hpp"
#include "infra/postgres/postgres_read_model_store.hpp"
#include "tests/contract/read_model/read_model_contract.hpp"
#include "tests/support/postgres_database.hpp"

namespace chat::test {
namespace {

class PostgresReadModel final : public ReadModel {
public:
    PostgresReadModel() { restart(); }

    ReadModelStore& store() override { return adapters_->store; }
    Queries& queries() override { return adapters_->queries; }
    ChatsStore& chats() override { return adapters_->chats; }
    void new_edition(Partition partition) override {
        PostgresSession session(database_.options());
        session.transaction([&](PostgresSession& tx) { chat::new_edition(tx, partition); });
    }
    void restart() override { adapters_.emplace(database_.options()); }

private:
    struct Adapters {
        explicit Adapters(const PostgresOptions& options) : pool(options) {}
        PostgresPool pool;
        PostgresReadModelStore store{pool};
        PostgresQueries queries{pool};
        PostgresChatsStore chats{pool, std::chrono::hours(24 * 36'500)};  // the stories happen in the past
    };
    MigratedDatabase database_;
    std::optional<Adapters> adapters_;
};

INSTANTIATE_TEST_SUITE_P(Postgres, ReadModelContract,
                         testing::Values(ReadModelAdapter{"postgres",
                                                          [] { return std::make_unique<PostgresReadModel>(); }}),
                         [](const auto& instance) { return instance.param.name; });

}  // namespace
}  // namespace chat::test
