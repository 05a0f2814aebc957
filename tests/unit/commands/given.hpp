#pragma once

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

#include "commands/command.hpp"
#include "events/event.hpp"

namespace chat::given {

/// Ids from a name: the same name, the same id; ids compare as their names do.
template <class Id>
Id id_of(std::string_view name) {
    Uuid uuid;
    for (std::size_t i = 0; i < name.size() && i < uuid.bytes.size(); ++i) {
        uuid.bytes[i] = static_cast<std::uint8_t>(name[i]);
    }
    return Id(uuid);
}
inline SessionId id(std::string_view name) { return id_of<SessionId>(name); }
inline const SessionId new_session = id("new session");
inline const MessageId new_message = id_of<MessageId>("new message");
inline const UserId user{"ada"};

/// The n-th event of the stream happens n seconds after this.
inline const Time start{std::chrono::seconds(1'800'000'000)};

inline Event created(std::string_view name, AgentType type = AgentType::primary) {
    return SessionCreated{.session = id(name),
                          .user = user,
                          .title = std::string(name),
                          .agent_type = type,
                          .metadata = {},
                          .first_message = {},
                          .deactivated = {}};
}
inline Event said(std::string_view name, std::string content = "hi") {
    return MessageAdded{.session = id(name),
                        .message = id_of<MessageId>("old"),
                        .message_type = MessageType::user,
                        .content = std::move(content),
                        .agent_type = {},
                        .metadata = {},
                        .reactivated = false,
                        .deactivated = {}};
}

inline Recorded recorded(Event event, std::int64_t sequence, const UserId& whose = user) {
    Envelope envelope{.id = id_of<EventId>("event " + std::to_string(sequence)),
                      .user = whose,
                      .session = session_of(event),
                      .time = start + std::chrono::seconds(sequence),
                      .sequence = Sequence(sequence),
                      .previous = {},
                      .causes = {}};
    if (sequence > 1) envelope.previous = id_of<EventId>("event " + std::to_string(sequence - 1));
    return {envelope, std::move(event)};
}

inline UserChats fold(const std::vector<Event>& events) {
    UserChats chats;
    std::int64_t sequence = 0;
    for (const Event& event : events) chats = evolve(std::move(chats), recorded(event, ++sequence));
    return chats;
}

/// Given(history).when(command).then(..): what a command does to the state that a history leaves.
class Given {
public:
    template <class... Events>
    explicit Given(Events... events) : history_{Event(events)...} {}
    explicit Given(std::vector<Event> history) : history_(std::move(history)) {}

    template <class C>
    Given& when(const C& command) {
        decision_ = decide(fold(history_), command, Context{user, new_session, new_message});
        return *this;
    }
    void then(Event expected) const {
        ASSERT_TRUE(std::holds_alternative<Event>(decision_));
        EXPECT_TRUE(std::get<Event>(decision_) == expected)
            << encode(recorded(std::get<Event>(decision_), 1)).value << "\nis not\n"
            << encode(recorded(expected, 1)).value;
    }
    void then(Refusal expected) const {
        ASSERT_TRUE(std::holds_alternative<Refusal>(decision_));
        EXPECT_EQ(std::get<Refusal>(decision_), expected);
    }
    void then_unchanged(SessionId session) const {
        ASSERT_TRUE(std::holds_alternative<Unchanged>(decision_));
        EXPECT_EQ(std::get<Unchanged>(decision_).session, session);
    }

private:
    std::vector<Event> history_;
    Decision decision_ = Refusal::no_such_session;
};

}  // namespace chat::given
