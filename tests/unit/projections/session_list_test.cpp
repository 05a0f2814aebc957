#include "projections/session_list.hpp"

#include <gtest/gtest.h>

#include "tests/unit/projections/user_events.hpp"

namespace chat::test {
namespace {

/// Given nothing, when these events are applied, then the changes are these.
class WhenApplied {
public:
    explicit WhenApplied(std::vector<Event> events) {
        UserEvents ann("ann");
        for (Event& event : events) apply(changes_, ann.next(std::move(event)));
    }
    void then(std::vector<SessionChange> expected) const { EXPECT_EQ(changes_.all(), expected); }

private:
    SessionListChanges changes_;
};

SessionChange changed(SessionId session, std::int64_t by_event) {
    SessionChange change;
    change.user = UserId("ann");
    change.session = session;
    change.changed = Sequence(by_event);
    change.changed_at = at(by_event);
    return change;
}

SessionChange new_row(SessionId session, std::int64_t by_event) {
    SessionChange change = changed(session, by_event);
    change.created = {"a title", AgentType::primary, at(by_event), JsonText(R"({"n":1.10})")};
    change.active = true;
    change.last_message_at = at(by_event);
    return change;
}

TEST(SessionList, AddsAnActiveRowWhenASessionIsCreated) {
    WhenApplied({created(session(1))}).then({new_row(session(1), 1)});
}

TEST(SessionList, CountsTheFirstMessageOfANewSession) {
    SessionCreated event = created(session(1));
    event.first_message = FirstMessage{message(1), "hi"};
    SessionChange expected = new_row(session(1), 1);
    expected.messages_added = 1;
    WhenApplied({event}).then({expected});
}

TEST(SessionList, PutsTheSessionToSleepThatMadeRoom) {
    SessionCreated event = created(session(1));
    event.deactivated = session(9);
    SessionChange asleep = changed(session(9), 1);
    asleep.active = false;
    WhenApplied({event}).then({new_row(session(1), 1), asleep});
}

TEST(SessionList, KeepsTheLastActivityWhenASessionIsRenamed) {
    SessionChange expected = changed(session(1), 1);
    expected.title = "new";
    WhenApplied({SessionRenamed{session(1), "new"}}).then({expected});
}

TEST(SessionList, MakesADeletedSessionInactive) {
    SessionChange expected = changed(session(1), 1);
    expected.deleted = true;
    expected.active = false;
    WhenApplied({SessionDeleted{session(1)}}).then({expected});
}

TEST(SessionList, MakesARestoredSessionActiveAndAnotherSleep) {
    SessionChange restored = changed(session(1), 1);
    restored.deleted = false;
    restored.active = true;
    SessionChange asleep = changed(session(2), 1);
    asleep.active = false;
    WhenApplied({SessionRestored{session(1), session(2)}}).then({restored, asleep});
}

TEST(SessionList, CountsAMessageAndWakesItsSession) {
    MessageAdded event = added(session(1), message(1));
    event.deactivated = session(2);
    SessionChange awake = changed(session(1), 1);
    awake.messages_added = 1;
    awake.last_message_at = at(1);
    awake.active = true;
    SessionChange asleep = changed(session(2), 1);
    asleep.active = false;
    WhenApplied({event}).then({awake, asleep});
}

TEST(SessionList, GathersOneChangeForEachSessionInTheOrderOfFirstTouch) {
    SessionChange first = new_row(session(2), 5);
    first.created->created_at = at(1);
    first.messages_added = 2;
    first.last_message_at = at(4);
    first.title = "new";
    first.deleted = true;
    first.active = false;
    first.changed = Sequence(6);
    first.changed_at = at(6);
    WhenApplied({created(session(2)), created(session(1)), added(session(2), message(1)), added(session(2), message(2)),
                 SessionRenamed{session(2), "new"}, SessionDeleted{session(2)}})
        .then({first, new_row(session(1), 2)});
}

TEST(SessionList, NeverLetsTheLastActivityGoBack) {
    UserEvents ann("ann");
    SessionListChanges changes;
    apply(changes, ann.next(added(session(1), message(1))));
    Recorded earlier = ann.next(added(session(1), message(2)));
    earlier.envelope.time = at(-5);
    apply(changes, earlier);
    EXPECT_EQ(changes.all().front().last_message_at, at(1));
}

}  // namespace
}  // namespace chat::test
