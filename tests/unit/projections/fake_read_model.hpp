#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "projections/ports/read_model_store.hpp"

namespace chat::test {

/// The rows that a database would hold after the same batches.
struct Tables {
    struct Session {
        UserId user;
        std::string title;
        Time created_at;
        Time last_message_at;
        std::int64_t messages = 0;
        bool active = true;
        bool deleted = false;
        Sequence changed;
        Time changed_at;
        bool operator==(const Session&) const = default;
    };
    std::map<SessionId, Session> sessions;
    std::map<MessageId, MessageRow> messages;
    std::map<UserId, StreamStatus> streams;
    std::map<std::pair<UserId, std::string>, Sequence> answers;
    std::int64_t events = 0, voids = 0, foreign = 0;

    void add(const Batch& batch) {
        for (const SessionChange& change : batch.sessions.all()) add(change);
        for (const MessageRow& row : batch.messages) messages[row.id] = row;
        for (const CommandAnswer& answer : batch.answers.all())
            answers[{answer.session.user, answer.key}] = answer.sequence;
        for (const auto& [user, stream] : batch.streams) streams[user] = stream;
        events += batch.events;
        voids += batch.voids;
        foreign += batch.foreign;
    }
    bool operator==(const Tables&) const = default;

private:
    void add(const SessionChange& change) {
        Session& row = sessions[change.session];
        row.user = change.user;
        if (change.created) {
            row.title = change.created->title;
            row.created_at = change.created->created_at;
        }
        if (change.title) row.title = *change.title;
        row.active = change.active.value_or(row.active);
        row.deleted = change.deleted.value_or(row.deleted);
        row.messages += change.messages_added;
        row.last_message_at = std::max(row.last_message_at, change.last_message_at.value_or(row.last_message_at));
        row.changed = change.changed;
        row.changed_at = change.changed_at;
    }
};

/// A read model in memory whose calls a test can hold up or break.
class FakeReadModel final : public ReadModelStore {
public:
    using Hook = std::function<asio::awaitable<void>()>;

    asio::awaitable<Checkpoint> checkpoint(Partition partition) override {
        ++checkpoint_reads;
        if (on_checkpoint) co_await on_checkpoint();
        co_return checkpoints[partition];
    }

    asio::awaitable<StoredStreams> streams(Partition partition, std::vector<UserId> users) override {
        ++stream_reads;
        StoredStreams found{{}, checkpoints[partition].next_offset, checkpoints[partition].edition};
        for (const UserId& user : users)
            if (const auto at = tables.streams.find(user); at != tables.streams.end()) found.streams.insert(*at);
        co_return found;
    }

    asio::awaitable<bool> commit(Partition partition, NextOffset from, Checkpoint to, Batch batch) override {
        if (before_commit) co_await before_commit();
        const Checkpoint& now = checkpoints[partition];
        if (now.next_offset != from || now.edition != to.edition) co_return false;
        checkpoints[partition] = to;
        tables.add(batch);
        ++commits;
        if (after_commit) co_await after_commit();
        co_return true;
    }

    asio::awaitable<std::size_t> forget_answers(std::chrono::seconds) override {
        const std::size_t forgotten = old_answers > 5000 ? 5000 : old_answers;
        old_answers -= forgotten;
        co_return forgotten;
    }

    Tables tables;
    std::size_t old_answers = 0;
    std::map<Partition, Checkpoint> checkpoints;
    Hook on_checkpoint, before_commit, after_commit;
    int checkpoint_reads = 0, stream_reads = 0, commits = 0;
};

}  // namespace chat::test
