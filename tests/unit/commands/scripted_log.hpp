#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "commands/ports/chats_store.hpp"
#include "commands/ports/event_log.hpp"
#include "commands/wake_up.hpp"

namespace chat::given {

/// A log of one partition whose answers the test chooses; what is stored is what the test and the service append.
class ScriptedLog final : public EventLog {
public:
    enum class Answer {
        offset,          // stored, and told where
        somewhere,       // stored, but not told where
        stored_unknown,  // stored, no answer
        lost_unknown,    // not stored, no answer
        outage,          // nothing sent
        silent,          // stored, and the call does not end
    };

    explicit ScriptedLog(asio::any_io_executor executor) : executor_(std::move(executor)) {}

    std::vector<std::shared_ptr<const Record>> records;
    std::deque<Answer> answers;             // the next ones; `offset` when used up
    std::function<void()> before_append{};  // runs just before a record is stored: another writer
    std::function<void()> before_end{};     // runs just before the end is told
    bool down = false;
    std::size_t appends = 0;
    std::set<std::string> ids_tried;  // ce_id of all records ever given to append
    std::size_t visible = SIZE_MAX;   // the tail sees records below only

    /// Stores a record as another process would, and lets the tail see it.
    void store(std::shared_ptr<const Record> record) {
        records.push_back(std::move(record));
        news();
    }
    /// What waits in `read` looks again.
    void news() {
        for (WakeUp* reader : readers_) reader->ring();
    }
    void break_connection() {
        broken_ = true;
        news();
    }

    std::int32_t partitions() const override { return 1; }

    asio::awaitable<Delivery> append(Partition, std::shared_ptr<const Record> record) override {
        ++appends;
        ids_tried.insert(std::string(record->header("ce_id").value()));
        if (down) throw Outage("the log is down");
        const Answer answer = answers.empty() ? Answer::offset : answers.front();
        if (!answers.empty()) answers.pop_front();
        if (answer == Answer::outage) throw Outage("the queue is full");
        if (answer == Answer::lost_unknown) co_return DeliveryUnknown{"timed out"};
        if (answer == Answer::silent) {
            records.push_back(record);
            WakeUp never(executor_);
            co_await never.wait(WakeUp::Deadline::max());
            co_return DeliveryUnknown{"cancelled"};
        }
        if (before_append) std::exchange(before_append, {})();
        records.push_back(record);
        const Offset offset(static_cast<std::int64_t>(records.size()) - 1);
        news();
        if (answer == Answer::stored_unknown) co_return DeliveryUnknown{"timed out"};
        if (answer == Answer::somewhere) co_return DeliveredSomewhere{};
        co_return offset;
    }

    asio::awaitable<std::vector<StoredRecord>> read(Partition, NextOffset next, std::size_t limit) override {
        for (;;) {
            if (std::exchange(broken_, false) || down) throw Outage("the connection broke");
            const auto from = static_cast<std::size_t>(next.value());
            if (from > records.size()) throw LogCut("beyond the end");
            const std::size_t end = std::min(records.size(), visible);
            if (from < end) {
                std::vector<StoredRecord> found;
                for (std::size_t i = from; i < end && found.size() < limit; ++i) {
                    found.push_back({Offset(static_cast<std::int64_t>(i)), records[i]});
                }
                co_return found;
            }
            WakeUp reader(executor_);
            readers_.insert(&reader);
            struct Leave {
                std::set<WakeUp*>& readers;
                WakeUp* reader;
                ~Leave() { readers.erase(reader); }
            } const leave{readers_, &reader};
            co_await reader.wait(WakeUp::Deadline::max());
        }
    }

    void distrust(Partition) override {}

    asio::awaitable<NextOffset> end(Partition) override {
        if (down) throw Outage("the log is down");
        if (before_end) std::exchange(before_end, {})();
        co_return NextOffset(static_cast<std::int64_t>(records.size()));
    }

private:
    asio::any_io_executor executor_;
    std::set<WakeUp*> readers_;
    bool broken_ = false;
};

/// A read model that a test projects by hand: the fold of the log below its checkpoint.
class FoldedStore final : public ChatsStore {
public:
    explicit FoldedStore(const ScriptedLog& log) : log_(log) {}

    NextOffset applied;
    bool down = false;
    bool silent = false;  // lookups of keys do not end
    std::size_t loads = 0;
    std::size_t lookups = 0;

    asio::awaitable<StoredChats> load(Partition, UserId whose) override {
        ++loads;
        if (down) throw Outage("the database is down");
        StoredChats stored{.chats = fold_applied(whose), .applied = checkpoint_now(), .quarantined = bars(whose)};
        // What the read model knows of command keys is asked for by `answered`.
        std::vector<Session> sessions = sessions_of(stored.chats);
        for (Session& session : sessions) {
            session.title = title.value_or(session.title);
            if (session.metadata->view().size() > long_metadata) session.metadata.reset();
        }
        stored.chats = UserChats(stored.chats.head(), stored.chats.last_time(), std::move(sessions));
        co_return stored;
    }
    asio::awaitable<StoredAnswer> answered(Partition, UserId whose, std::string command_key) override {
        ++lookups;
        if (silent) {
            WakeUp never(co_await asio::this_coro::executor);
            co_await never.wait(WakeUp::Deadline::max());
            throw std::runtime_error("cancelled");
        }
        if (down) throw Outage("the database is down");
        const UserChats chats = fold_applied(whose);
        const Answered* first = chats.answered(command_key);
        StoredAnswer answer{{}, checkpoint_now(), bars(whose)};
        if (first) answer.first = *first;
        co_return answer;
    }
    asio::awaitable<Checkpoint> checkpoint(Partition) override {
        if (down) throw Outage("the database is down");
        co_return checkpoint_now();
    }
    asio::awaitable<std::optional<JsonText>> metadata(SessionId session) override {
        ++lookups;
        if (down) throw Outage("the database is down");
        for (const auto& record : log_.records) {
            const auto recorded = decode(*record);
            const auto* created = recorded ? std::get_if<SessionCreated>(&recorded->event) : nullptr;
            if (created && created->session == session) co_return created->metadata;
        }
        co_return std::nullopt;
    }
    asio::awaitable<void> quarantine(Partition, UserId whose, std::string why) override {
        if (down || quarantine_down) throw Outage("the database is down");
        if (quarantined_users.emplace(whose, why).second) edition = edition.next();
        co_return;
    }
    std::map<UserId, std::string> quarantined_users;
    bool quarantine_down = false;
    std::optional<EventId> last;       // what the checkpoint says instead of the truth
    std::optional<std::string> title;  // likewise every session
    bool quarantined = false;          // .. and every stream
    Edition edition{};

private:
    bool bars(const UserId& whose) const { return quarantined || quarantined_users.contains(whose); }
    Checkpoint checkpoint_now() const {
        Checkpoint checkpoint{applied, last, edition};
        if (!last && applied > NextOffset(0)) {
            checkpoint.last = decode_link(*log_.records[static_cast<std::size_t>(applied.value()) - 1])->id;
        }
        return checkpoint;
    }
    UserChats fold_applied(const UserId& whose) const {
        UserChats chats;
        for (std::size_t i = 0; i < static_cast<std::size_t>(applied.value()); ++i) {
            const auto recorded = decode(*log_.records[i]);
            if (!recorded || recorded->envelope.user != whose) continue;
            if (place(chats.head(), *decode_link(*log_.records[i])) != Placement::belongs) continue;
            chats = evolve(std::move(chats), *recorded);
        }
        return chats;
    }
    static std::vector<Session> sessions_of(const UserChats& chats) {
        std::vector<Session> sessions;
        for (const auto& [session_id, session] : chats.sessions()) sessions.push_back(session);
        return sessions;
    }

    const ScriptedLog& log_;
};

}  // namespace chat::given
