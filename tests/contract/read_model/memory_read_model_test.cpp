#include "infra/memory/memory_read_model.hpp"

#include "tests/contract/read_model/read_model_contract.hpp"

namespace chat::test {
namespace {

class InMemory final : public ReadModel {
public:
    ReadModelStore& store() override { return *ports_; }
    Queries& queries() override { return *ports_; }
    ChatsStore& chats() override { return *ports_; }
    void new_edition(Partition partition) override { tables_->new_edition(partition); }
    void restart() override { ports_ = std::make_unique<MemoryReadModel>(tables_); }

private:
    std::shared_ptr<MemoryTables> tables_ = std::make_shared<MemoryTables>();
    std::unique_ptr<MemoryReadModel> ports_ = std::make_unique<MemoryReadModel>(tables_);
};

INSTANTIATE_TEST_SUITE_P(Memory, ReadModelContract,
                         testing::Values(ReadModelAdapter{"memory", [] { return std::make_unique<InMemory>(); }}),
                         [](const auto& instance) { return instance.param.name; });

}  // namespace
}  // namespace chat::test
