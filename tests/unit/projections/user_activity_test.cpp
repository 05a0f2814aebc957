#include "projections/user_activity.hpp"

#include <gtest/gtest.h>

#include "tests/unit/projections/user_events.hpp"

namespace chat::test {
namespace {

TEST(UserActivity, CountsMessagesBySessionAndDay) {
    UserEvents ann("ann");
    UserActivityChanges changes;
    SessionCreated creation = created(session(1));
    creation.first_message = FirstMessage{message(1), "hello"};
    apply(changes, ann.next(creation));
    apply(changes, ann.next(added(session(1), message(2))));
    apply(changes, ann.next(SessionRenamed{session(1), "t"}));
    apply(changes, ann.next(added(session(2), message(3))));  // created before this batch
    Recorded tomorrow = ann.next(added(session(1), message(4)));
    tomorrow.envelope.time += std::chrono::days(1);
    apply(changes, tomorrow);
    apply(changes, ann.next(SessionDeleted{session(1)}));

    const Day day = day_of(at(1));
    const UserId user("ann");
    EXPECT_EQ(changes.all(), (std::vector<ActivityChange>{{user, session(1), day, AgentType::primary, 2},
                                                          {user, session(2), day, std::nullopt, 1},
                                                          {user, session(1), day.next(), AgentType::primary, 1}}));
}

TEST(UserActivity, TakesDaysInUtc) {
    EXPECT_EQ(day_of(Time(std::chrono::microseconds(0))), Day(0));
    EXPECT_EQ(day_of(Time(std::chrono::microseconds(-1))), Day(-1));
    EXPECT_EQ(day_of(Time(std::chrono::days(1)) - std::chrono::microseconds(1)), Day(0));
    EXPECT_EQ(day_of(Time(std::chrono::days(1))), Day(1));
}

}  // namespace
}  // namespace chat::test
