#include "tests/simulation/database.hpp"

#include <algorithm>
#include <utility>

#include "projections/fold.hpp"

namespace chat::test {

using namespace std::chrono_literals;

void Database::stop(int forgets) {
    world_.tell("the database stops");
    down_ = true;
    ++life_;
    const auto gone =
        std::min(transactions_.size(), static_cast<std::size_t>(forgets > 0 ? world_.between(0, forgets) : 0));
    if (gone == 0) return;
    world_.tell("it forgets " + std::to_string(gone) + " commits");
    set_back_ = true;
    transactions_.resize(transactions_.size() - gone);
    tables_ = MemoryTables();
    for (const auto& kept : transactions_) kept(tables_);
}

bool Database::commit(Partition partition, NextOffset from, const Checkpoint& to, const Batch& batch) {
    const bool done = tables_.commit(partition, from, to, batch);
    if (world_.tracing())
        world_.tell(std::string(done ? "projected" : "not projected") + ": partition " +
                    std::to_string(partition.value()) + " from " + std::to_string(from.value()) + " below " +
                    std::to_string(to.next_offset.value()));
    if (!done) return false;
    transactions_.emplace_back([=](MemoryTables& tables) { tables.commit(partition, from, to, batch); });
    if (on_commit) on_commit(partition, to.next_offset);
    return true;
}

void Database::quarantine(Partition partition, const UserId& user, const std::string& why) {
    world_.tell(user.value() + " is quarantined: " + why);
    transactions_.emplace_back([=](MemoryTables& tables) { tables.quarantine(partition, user, why); });
    transactions_.back()(tables_);
    if (on_repair) on_repair(partition, tables_.checkpoint(partition).edition);
}

void Database::quarantine_by_mistake(Partition partition, const UserId& user) {
    world_.tell("somebody quarantines " + user.value());
    const Checkpoint now = tables_.checkpoint(partition);
    Batch batch;
    batch.streams = tables_.streams(partition, {user}).streams;
    batch.streams[user].quarantined_at = Offset(now.next_offset.value());
    batch.streams[user].quarantine_reason = "by mistake";
    transactions_.emplace_back([=](MemoryTables& tables) { tables.commit(partition, now.next_offset, now, batch); });
    transactions_.back()(tables_);
}

void Database::repair(Partition partition, const UserId& user,
                      const std::vector<std::shared_ptr<const Record>>& records) {
    world_.tell(user.value() + " is repaired");
    const NextOffset applied = tables_.checkpoint(partition).next_offset;
    std::vector<StoredRecord> folded;
    for (std::int64_t offset = 0; offset < applied.value(); ++offset)
        folded.push_back({Offset(offset), records[static_cast<std::size_t>(offset)]});
    const auto right = std::make_shared<MemoryTables>();
    if (!folded.empty()) right->commit(partition, NextOffset(0), Checkpoint{applied, {}}, fold(folded, {}).batch);
    transactions_.emplace_back([=](MemoryTables& tables) { tables.replace(partition, user, *right); });
    transactions_.back()(tables_);
    if (on_repair) on_repair(partition, tables_.checkpoint(partition).edition);
}

template <class T>
asio::awaitable<T> SimulatedDatabase::ask(std::function<T()> question, World::Duration work) {
    Call<Reply<T>> call(process_);
    const auto answer = call.answer();
    const auto back = world_.delay(database_.way);
    const bool lost = world_.chance(database_.lose_answer);
    world_.after(world_.delay(database_.way) + work, [&world = world_, database = &database_, life = database_.life(),
                                                      question = std::move(question), answer, back, lost] {
        const bool up = !database->down() && database->life() == life;
        Reply<T> reply = NoAnswer{"the database does not answer"};
        if (up) {
            Reply<T> value = question();
            if (!lost) reply = std::move(value);
        }
        world.after(back, [answer, reply = std::move(reply)]() mutable { answer(std::move(reply)); });
    });
    auto reply = co_await call.result();
    co_return unwrap(std::move(reply));
}

asio::awaitable<Checkpoint> SimulatedDatabase::checkpoint(Partition partition) {
    return ask<Checkpoint>([=, database = &database_] { return database->tables().checkpoint(partition); });
}

asio::awaitable<StoredStreams> SimulatedDatabase::streams(Partition partition, std::vector<UserId> users) {
    return ask<StoredStreams>([partition, database = &database_, users = std::move(users)] {
        return database->tables().streams(partition, users);
    });
}

asio::awaitable<bool> SimulatedDatabase::commit(Partition partition, NextOffset from, Checkpoint to, Batch batch) {
    const auto slow = database_.slow_commit > 0ms ? world_.between(0, database_.slow_commit.count()) * 1ms : 0ms;
    return ask<bool>(
        [=, database = &database_, batch = std::move(batch)] { return database->commit(partition, from, to, batch); },
        slow);
}

asio::awaitable<StoredChats> SimulatedDatabase::load(Partition partition, UserId user) {
    return ask<StoredChats>([=, database = &database_] { return database->tables().load(partition, user); });
}

asio::awaitable<StoredAnswer> SimulatedDatabase::answered(Partition partition, UserId user, std::string command_key) {
    return ask<StoredAnswer>(
        [=, database = &database_] { return database->tables().answered(partition, user, command_key); });
}

asio::awaitable<std::optional<JsonText>> SimulatedDatabase::metadata(SessionId session) {
    return ask<std::optional<JsonText>>(
        [session, database = &database_] { return database->tables().metadata(session); });
}

asio::awaitable<void> SimulatedDatabase::quarantine(Partition partition, UserId user, std::string why) {
    auto asked = ask<bool>([partition, database = &database_, user = std::move(user), why = std::move(why)] {
        database->quarantine(partition, user, why);
        return true;
    });
    co_await std::move(asked);
}

asio::awaitable<SessionPage> SimulatedDatabase::sessions(Partition partition, SessionListQuery query) {
    return ask<SessionPage>([=, database = &database_] { return database->tables().sessions(partition, query); });
}

asio::awaitable<MessagePage> SimulatedDatabase::messages(Partition partition, MessagePageQuery query) {
    return ask<MessagePage>([=, database = &database_] { return database->tables().messages(partition, query); });
}

asio::awaitable<SingleMessage> SimulatedDatabase::message(Partition partition, UserId user, SessionId session,
                                                          MessageId id) {
    return ask<SingleMessage>(
        [=, database = &database_] { return database->tables().message(partition, user, session, id); });
}

asio::awaitable<ActivityPage> SimulatedDatabase::activity(Partition partition, ActivityQuery query) {
    return ask<ActivityPage>([=, database = &database_] { return database->tables().activity(partition, query); });
}

asio::awaitable<ReadVersion> SimulatedDatabase::version(Partition partition, UserId user) {
    return ask<ReadVersion>([=, database = &database_] { return database->tables().version(partition, user); });
}

}  // namespace chat::test
