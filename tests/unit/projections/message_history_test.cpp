#include "projections/message_history.hpp"

#include <gtest/gtest.h>

#include "tests/unit/projections/user_events.hpp"

namespace chat::test {
namespace {

MessageHistoryChanges when_applied(std::vector<Event> events) {
    UserEvents ann("ann");
    MessageHistoryChanges changes;
    for (Event& event : events) chat::apply(changes, ann.next(std::move(event)));
    return changes;
}

TEST(MessageHistory, AddsARowForAMessage) {
    const MessageRow expected{.id = message(7),
                              .session = session(1),
                              .message_type = MessageType::agent,
                              .content = "hello",
                              .agent_type = "helper",
                              .metadata = JsonText(R"({"k":true})"),
                              .created_at = at(1),
                              .sequence = Sequence(1)};
    EXPECT_EQ(when_applied({added(session(1), message(7))}), MessageHistoryChanges{expected});
}

TEST(MessageHistory, AddsTheFirstMessageOfASessionAsTheUsers) {
    SessionCreated event = created(session(1));
    event.first_message = FirstMessage{message(7), "hi"};
    const MessageRow expected{.id = message(7),
                              .session = session(1),
                              .message_type = MessageType::user,
                              .content = "hi",
                              .agent_type = std::nullopt,
                              .metadata = JsonText(),
                              .created_at = at(1),
                              .sequence = Sequence(1)};
    EXPECT_EQ(when_applied({event}), MessageHistoryChanges{expected});
}

TEST(MessageHistory, KeepsTheOrderOfTheStream) {
    const auto rows = when_applied({created(session(1)), added(session(1), message(3)), added(session(2), message(2)),
                                    added(session(1), message(1))});
    ASSERT_EQ(rows.size(), 3u);
    EXPECT_EQ(rows[0].id, message(3));
    EXPECT_EQ(rows[1].id, message(2));
    EXPECT_EQ(rows[2].id, message(1));
    EXPECT_EQ(rows[2].sequence, Sequence(4));
}

TEST(MessageHistory, IsLeftAloneByWhatIsNoMessage) {
    EXPECT_TRUE(when_applied({created(session(1)), SessionRenamed{session(1), "t"}, SessionDeleted{session(1)},
                              SessionRestored{session(1), std::nullopt}})
                    .empty());
}

}  // namespace
}  // namespace chat::test
