#include "projections/command_answers.hpp"

#include <gtest/gtest.h>

#include "tests/unit/projections/user_events.hpp"

namespace chat::test {
namespace {

/// A stream whose events carry the command keys beside them; an empty one is none.
CommandAnswerChanges when_applied(std::vector<std::pair<std::string, Event>> events) {
    UserEvents ann("ann");
    SessionListChanges sessions;
    CommandAnswerChanges answers;
    for (auto& [key, event] : events) {
        Recorded recorded = ann.next(std::move(event));
        if (!key.empty()) {
            recorded.envelope.causes.command_key = key;
            recorded.envelope.causes.command_fingerprint = "of " + key;
        }
        chat::apply(sessions, recorded);
        chat::apply(answers, recorded, sessions.of(ann.user(), recorded.envelope.session));
    }
    return answers;
}

TEST(CommandAnswers, RememberOnlyCommandsWithAKey) {
    const auto answers = when_applied({{"", created(session(1))}, {"k", added(session(1), message(7))}});
    ASSERT_EQ(answers.all().size(), 1u);
    EXPECT_EQ(answers.all()[0].key, "k");
    EXPECT_EQ(answers.all()[0].fingerprint, "of k");
    EXPECT_EQ(answers.all()[0].sequence, Sequence(2));
    EXPECT_EQ(answers.all()[0].time, at(2));
    EXPECT_EQ(answers.all()[0].message, message(7));
}

TEST(CommandAnswers, HoldTheSessionAsItWasThen) {
    const auto answers = when_applied(
        {{"k", created(session(1))}, {"", added(session(1), message(7))}, {"", SessionRenamed{session(1), "later"}}});
    ASSERT_EQ(answers.all().size(), 1u);
    EXPECT_FALSE(answers.all()[0].session.title);
    EXPECT_EQ(answers.all()[0].session.messages_added, 0);
}

TEST(CommandAnswers, KeepTheLaterOneOfAKeyThatCameAgain) {
    const auto answers = when_applied({{"k", created(session(1))}, {"k", created(session(2))}});
    ASSERT_EQ(answers.all().size(), 1u);
    EXPECT_EQ(answers.all()[0].session.session, session(2));
}

}  // namespace
}  // namespace chat::test
