#include <random>

#include "tests/unit/commands/given.hpp"

namespace chat::given {

TEST(UserChats, KnowsTheHeadOfItsStream) {
    const UserChats chats = fold({created("a"), said("a")});
    EXPECT_EQ(chats.head(), (StreamHead{Sequence(2), id_of<EventId>("event 2")}));
    EXPECT_EQ(chats.last_time(), start + std::chrono::seconds(2));
}

TEST(UserChats, CountsTheFirstMessage) {
    auto event = std::get<SessionCreated>(created("a"));
    event.first_message = FirstMessage{new_message, "hi"};
    EXPECT_EQ(fold({event}).find(id("a"))->message_count, 1);
    EXPECT_EQ(fold({event, said("a")}).find(id("a"))->message_count, 2);
}

TEST(UserChats, KeepsActivityWhenRenamed) {
    const UserChats chats = fold({created("a"), SessionRenamed{id("a"), "new"}});
    const Session& session = *chats.find(id("a"));
    EXPECT_EQ(session.title, "new");
    EXPECT_EQ(session.last_message_at, start + std::chrono::seconds(1));
    EXPECT_EQ(session.changed, Sequence(2));
}

TEST(UserChats, MarksTheSessionThatMadeRoomAsChanged) {
    auto second = std::get<SessionCreated>(created("b"));
    second.deactivated = id("a");
    const UserChats chats = fold({created("a"), second});
    EXPECT_FALSE(chats.find(id("a"))->active);
    EXPECT_EQ(chats.find(id("a"))->changed, Sequence(2));
    EXPECT_TRUE(chats.find(id("b"))->active);
}

TEST(UserChats, KeepsADeletedSessionForItsRestoration) {
    const UserChats deleted = fold({created("a"), said("a"), SessionDeleted{id("a")}});
    EXPECT_TRUE(deleted.find(id("a"))->deleted);
    EXPECT_FALSE(deleted.find(id("a"))->active);
    const UserChats restored = fold({created("a"), said("a"), SessionDeleted{id("a")}, SessionRestored{id("a"), {}}});
    EXPECT_FALSE(restored.find(id("a"))->deleted);
    EXPECT_TRUE(restored.find(id("a"))->active);
    EXPECT_EQ(restored.find(id("a"))->message_count, 1);
}

// The rule of five and the order of activity hold after any history that decide itself produced.
TEST(UserChats, NeverHasMoreThanFiveActiveSessionsOfAType) {
    for (unsigned seed = 0; seed < 200; ++seed) {
        std::mt19937 random(seed);
        UserChats chats;
        std::vector<SessionId> known;
        for (std::int64_t sequence = 1; sequence <= 120;) {
            const Context ids{user, id("s" + std::to_string(sequence)), id_of<MessageId>("m")};
            const auto pick = [&] { return known.empty() ? id("none") : known[random() % known.size()]; };
            const auto type = random() % 3 ? AgentType::primary : AgentType::log_analysis;
            Decision decision = Refusal::no_such_session;
            switch (random() % 5) {
                case 0:
                    decision = decide(chats, CreateSession{"t", type, {}, {}}, ids);
                    break;
                case 1:
                    decision = decide(chats, AddMessage{pick(), MessageType::user, "c", {}, {}}, ids);
                    break;
                case 2:
                    decision = decide(chats, DeleteSession{pick()}, ids);
                    break;
                case 3:
                    decision = decide(chats, RestoreSession{pick()}, ids);
                    break;
                default:
                    decision = decide(chats, RenameSession{pick(), "n"}, ids);
                    break;
            }
            if (const auto* event = std::get_if<Event>(&decision)) {
                if (std::holds_alternative<SessionCreated>(*event)) known.push_back(ids.new_session);
                chats = evolve(std::move(chats), recorded(*event, sequence++));
            } else if (known.empty()) {
                continue;
            } else {
                ++sequence;  // nothing happened; the number is only this loop's
                chats = evolve(std::move(chats), recorded(SessionRenamed{pick(), "again"}, sequence - 1));
            }
            for (const auto counted : {AgentType::primary, AgentType::log_analysis}) {
                std::size_t active = 0;
                for (const auto& [session_id, session] : chats.sessions()) {
                    active += session.active && session.agent_type == counted;
                    ASSERT_FALSE(session.active && session.deleted);
                }
                ASSERT_LE(active, active_sessions_limit) << "seed " << seed;
            }
        }
    }
}

}  // namespace chat::given
