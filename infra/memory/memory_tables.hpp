#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "commands/ports/chats_store.hpp"
#include "projections/batch.hpp"
#include "projections/ports/queries.hpp"
#include "projections/ports/read_model_store.hpp"

namespace chat {

/// The read model's tables in memory, for tests: what the same batches leave in PostgreSQL. Each call is one
/// transaction. A value: copying it is a snapshot. One thread.
class MemoryTables {
public:
    Checkpoint checkpoint(Partition partition) const;
    StoredStreams streams(Partition partition, const std::vector<UserId>& users) const;
    /// False and nothing changed: the checkpoint is not at `from`, or not of `to`'s edition.
    bool commit(Partition partition, NextOffset from, const Checkpoint& to, const Batch& batch);
    /// As after a repair: what was read or committed before counts no more.
    void new_edition(Partition partition);
    void quarantine(Partition partition, const UserId& user, const std::string& why);
    /// A repair: all of the user becomes what those tables hold.
    void replace(Partition partition, const UserId& user, const MemoryTables& by);
    /// Answers to commands before that time.
    std::size_t forget_answers(Time before);

    StoredChats load(Partition partition, const UserId& user) const;
    std::optional<JsonText> metadata(SessionId session) const;
    StoredAnswer answered(Partition partition, const UserId& user, const std::string& command_key) const;

    SessionPage sessions(Partition partition, const SessionListQuery& query) const;
    MessagePage messages(Partition partition, const MessagePageQuery& query) const;
    SingleMessage message(Partition partition, const UserId& user, SessionId session, MessageId id) const;
    ActivityPage activity(Partition partition, const ActivityQuery& query) const;
    ReadVersion version(Partition partition, const UserId& user) const;

private:
    struct User {
        std::map<SessionId, Session> sessions;
        std::vector<MessageRow> messages;  // in stream order
        std::map<std::string, Answered> answers;
        std::map<std::pair<Day, AgentType>, std::int64_t> activity;
        StreamStatus stream;
    };
    const User* find(const UserId& user) const;
    void add(const CommandAnswer& answer, const std::vector<MessageRow>& added);
    void add(const SessionChange& change);

    std::map<Partition, Checkpoint> checkpoints_;
    std::unordered_map<UserId, User> users_;
    std::unordered_map<SessionId, UserId> owners_;
};

}  // namespace chat
