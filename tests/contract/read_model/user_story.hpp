#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "commands/command.hpp"
#include "commands/user_chats.hpp"
#include "events/event.hpp"
#include "projections/batch.hpp"

namespace chat::test {

/// Ids in order of their making, so that a later one is greater.
inline Uuid next_uuid() {
    static std::uint64_t made = 0;
    ++made;
    return uuid_v7(std::chrono::milliseconds(1'700'000'000'000 + static_cast<std::int64_t>(made)), 0, made);
}

/// A user's stream as commands would make it, and the state that it folds to.
class UserStory {
public:
    explicit UserStory(std::string user) : user_(std::move(user)) {}

    SessionId creates(std::string title, AgentType type = AgentType::primary, std::optional<std::string> first = {},
                      std::string metadata = "{}") {
        decide_on(CreateSession{std::move(title), type, std::move(first), JsonText(std::move(metadata))});
        return events_.back().envelope.session;
    }
    MessageId adds(SessionId session, std::string content, std::string metadata = "{}",
                   MessageType type = MessageType::user, std::optional<std::string> agent_type = {}) {
        decide_on(AddMessage{session, type, std::move(content), std::move(agent_type), JsonText(std::move(metadata))});
        return std::get<MessageAdded>(events_.back().event).message;
    }
    void renames(SessionId session, std::string title) { decide_on(RenameSession{session, std::move(title)}); }
    void deletes(SessionId session) { decide_on(DeleteSession{session}); }
    void restores(SessionId session) { decide_on(RestoreSession{session}); }

    /// The next event is of a command with this key.
    void keyed(std::string key) { key_ = std::move(key); }

    /// The time of the events from now on; otherwise each is a little later than the one before.
    void at(Time time) { time_ = time - step; }

    const UserId& user() const { return user_; }
    const UserChats& chats() const { return chats_; }
    const std::vector<Recorded>& events() const { return events_; }
    Time last_time() const { return time_; }

    /// Events since the last call, folded into a batch.
    void into(Batch& batch) {
        for (; taken_ < events_.size(); ++taken_) {
            chat::apply(batch.sessions, events_[taken_]);
            chat::apply(batch.messages, events_[taken_]);
            chat::apply(batch.activity, events_[taken_]);
            chat::apply(batch.answers, events_[taken_], batch.sessions.of(user_, events_[taken_].envelope.session));
            ++batch.events;
        }
        batch.streams[user_] = StreamStatus{chats_.head(), chats_.last_time()};
    }
    Batch batch() {
        Batch all;
        into(all);
        return all;
    }

private:
    static constexpr std::chrono::microseconds step{1'000'001};

    template <class Command>
    void decide_on(const Command& command) {
        const Context context{user_, SessionId(next_uuid()), MessageId(next_uuid())};
        Decision decision = decide(chats_, command, context);
        if (!std::holds_alternative<Event>(decision)) return;
        auto& event = std::get<Event>(decision);
        time_ += step;
        Envelope envelope{.id = EventId(next_uuid()),
                          .user = user_,
                          .session = session_of(event),
                          .time = time_,
                          .sequence = chats_.head().sequence.next(),
                          .previous = chats_.head().id,
                          .causes = {}};
        if (key_) {
            envelope.causes.command_key = std::exchange(key_, std::nullopt);
            envelope.causes.command_fingerprint = "of " + *envelope.causes.command_key;
        }
        events_.push_back({envelope, std::move(event)});
        chats_ = evolve(std::move(chats_), events_.back());
    }

    UserId user_;
    UserChats chats_;
    std::vector<Recorded> events_;
    std::size_t taken_ = 0;
    std::optional<std::string> key_;
    Time time_{std::chrono::microseconds(1'769'850'000'123'456)};
};

}  // namespace chat::test
