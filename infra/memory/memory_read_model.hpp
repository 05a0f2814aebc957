#pragma once

#include <memory>

#include "infra/memory/memory_tables.hpp"
#include "projections/ports/read_model_store.hpp"

namespace chat {

/// The three ports of the read model over tables in memory, for tests. They never fail. One thread.
class MemoryReadModel final : public ReadModelStore, public ChatsStore, public Queries {
public:
    explicit MemoryReadModel(std::shared_ptr<MemoryTables> tables) : tables_(std::move(tables)) {}

    asio::awaitable<Checkpoint> checkpoint(Partition partition) override { co_return tables_->checkpoint(partition); }

    asio::awaitable<StoredStreams> streams(Partition partition, std::vector<UserId> users) override {
        co_return tables_->streams(partition, users);
    }
    asio::awaitable<bool> commit(Partition partition, NextOffset from, Checkpoint to, Batch batch) override {
        co_return tables_->commit(partition, from, to, batch);
    }
    asio::awaitable<std::size_t> forget_answers(std::chrono::seconds older_than) override {
        const auto now = std::chrono::floor<Time::duration>(std::chrono::system_clock::now());
        co_return tables_->forget_answers(now - older_than);
    }

    asio::awaitable<StoredChats> load(Partition partition, UserId user) override {
        co_return tables_->load(partition, user);
    }
    asio::awaitable<std::optional<JsonText>> metadata(SessionId session) override {
        co_return tables_->metadata(session);
    }
    asio::awaitable<StoredAnswer> answered(Partition partition, UserId user, std::string command_key) override {
        co_return tables_->answered(partition, user, command_key);
    }
    asio::awaitable<void> quarantine(Partition partition, UserId user, std::string why) override {
        tables_->quarantine(partition, user, why);
        co_return;
    }

    asio::awaitable<SessionPage> sessions(Partition partition, SessionListQuery query) override {
        co_return tables_->sessions(partition, query);
    }
    asio::awaitable<MessagePage> messages(Partition partition, MessagePageQuery query) override {
        co_return tables_->messages(partition, query);
    }
    asio::awaitable<SingleMessage> message(Partition partition, UserId user, SessionId session,
                                           MessageId message) override {
        co_return tables_->message(partition, user, session, message);
    }
    asio::awaitable<ActivityPage> activity(Partition partition, ActivityQuery query) override {
        co_return tables_->activity(partition, query);
    }
    asio::awaitable<ReadVersion> version(Partition partition, UserId user) override {
        co_return tables_->version(partition, user);
    }

private:
    std::shared_ptr<MemoryTables> tables_;
};

}  // namespace chat
