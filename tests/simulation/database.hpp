#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "infra/memory/memory_tables.hpp"
#include "projections/ports/read_model_store.hpp"
#include "tests/simulation/process.hpp"
#include "tests/simulation/reply.hpp"

namespace chat::test {

/// The read model's server. What it does it does at once; questions and answers take time, and are lost while it is
/// down or when it goes down.
class Database {
public:
    explicit Database(World& world) : world_(world) {}

    std::chrono::microseconds way{200};        // one way, typically
    std::chrono::milliseconds slow_commit{0};  // a commit takes up to so long
    double lose_answer = 0;                    // a connection breaks before the answer

    /// Down until `start`. Its last commits are gone, at most so many: they were not on disk yet.
    void stop(int forgets);
    void start() { down_ = false; }
    bool down() const { return down_; }
    /// Commits were forgotten at some time.
    bool set_back() const { return set_back_; }

    const MemoryTables& tables() const { return tables_; }
    bool commit(Partition partition, NextOffset from, const Checkpoint& to, const Batch& batch);
    std::uint64_t life() const { return life_; }

    void quarantine(Partition partition, const UserId& user, const std::string& why);
    /// By hand, though nothing is wrong with the stream: nobody is told.
    void quarantine_by_mistake(Partition partition, const UserId& user);
    /// What chat-replay repair does: the user's rows become what these records, the partition's, come to.
    void repair(Partition partition, const UserId& user, const std::vector<std::shared_ptr<const Record>>& records);

    /// Hears of every commit.
    std::function<void(Partition, NextOffset)> on_commit;
    /// .. and of every repair.
    std::function<void(Partition, Edition)> on_repair;

private:
    World& world_;
    MemoryTables tables_;
    std::vector<std::function<void(MemoryTables&)>> transactions_;
    std::uint64_t life_ = 0;
    bool down_ = false, set_back_ = false;
};

/// One process's connections: all three ports of the read model.
class SimulatedDatabase final : public ReadModelStore, public ChatsStore, public Queries {
public:
    SimulatedDatabase(Process& process, Database& database)
        : process_(process), world_(process.world()), database_(database) {}

    asio::awaitable<Checkpoint> checkpoint(Partition partition) override;
    asio::awaitable<StoredStreams> streams(Partition partition, std::vector<UserId> users) override;
    asio::awaitable<bool> commit(Partition partition, NextOffset from, Checkpoint to, Batch batch) override;
    asio::awaitable<std::size_t> forget_answers(std::chrono::seconds) override { co_return 0; }

    asio::awaitable<StoredChats> load(Partition partition, UserId user) override;
    asio::awaitable<std::optional<JsonText>> metadata(SessionId session) override;
    asio::awaitable<StoredAnswer> answered(Partition partition, UserId user, std::string command_key) override;
    asio::awaitable<void> quarantine(Partition partition, UserId user, std::string why) override;

    asio::awaitable<SessionPage> sessions(Partition partition, SessionListQuery query) override;
    asio::awaitable<MessagePage> messages(Partition partition, MessagePageQuery query) override;
    asio::awaitable<SingleMessage> message(Partition partition, UserId user, SessionId session, MessageId id) override;
    asio::awaitable<ActivityPage> activity(Partition partition, ActivityQuery query) override;
    asio::awaitable<ReadVersion> version(Partition partition, UserId user) override;

private:
    template <class T>
    asio::awaitable<T> ask(std::function<T()> question, World::Duration work = {});

    Process& process_;
    World& world_;
    Database& database_;
};

}  // namespace chat::test
