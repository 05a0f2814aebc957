#include "tests/unit/commands/service_fixture.hpp"

namespace chat::given {

using namespace std::chrono_literals;

TEST_F(Service, GivesARetryTheFirstAnswer) {
    run([this]() -> asio::awaitable<void> {
        const auto first = co_await create_once(*service, "k");
        const auto renamed = co_await rename(*service, first->session.id, "later");
        EXPECT_TRUE(renamed.has_value());
        const auto again = co_await create_once(*service, "k");
        EXPECT_TRUE(again->replayed);
        EXPECT_FALSE(first->replayed);
        EXPECT_EQ(static_cast<const chat::Answer&>(*again), static_cast<const chat::Answer&>(*first));
    });
    EXPECT_EQ(log.records.size(), 2u);
    EXPECT_EQ(observer.outcomes.back(), "replayed");
}

TEST_F(Service, GivesARetryTheFirstAnswerFromAnyProcessAndTheReadModel) {
    run([this]() -> asio::awaitable<void> {
        const SessionId session = co_await new_session_of(*service);
        const auto first = co_await say_once(*service, session, "k");
        auto other = make();
        const auto elsewhere = co_await say_once(*other, session, "k");
        EXPECT_EQ(elsewhere->sequence, first->sequence);

        store.applied = NextOffset(2);
        other->on_record({});
        projected.advance(Partition(0), store.applied);
        const auto projected_already = co_await say_once(*service, session, "k");
        EXPECT_EQ(projected_already->sequence, first->sequence);
        EXPECT_EQ(projected_already->added, first->added);
        EXPECT_EQ(projected_already->session, first->session);
        auto restarted = make();
        const auto after_restart = co_await say_once(*restarted, session, "k");
        EXPECT_EQ(after_restart->added, first->added);
        EXPECT_TRUE(after_restart->replayed);
    });
    EXPECT_EQ(log.records.size(), 2u);
}

TEST_F(Service, DoesACommandOnceThatTwoProcessesAreSentAtTheSameTime) {
    run([this]() -> asio::awaitable<void> {
        const SessionId session = co_await new_session_of(*service);
        auto other = make();
        log.visible = 1;
        const auto loaded = co_await rename(*other, session, "t");
        EXPECT_TRUE(loaded.has_value());
        int open = 2;
        WakeUp both(io.get_executor());
        std::vector<Sequence> answers;
        for (CommandService* at : {service.get(), other.get()}) {
            test::spawn(io, [&, at, session]() -> asio::awaitable<void> {
                const auto done = co_await say_once(*at, session, "k");
                answers.push_back(done->sequence);
                if (--open == 0) both.ring();
            });
        }
        co_await asio::post(io, asio::use_awaitable);
        log.visible = SIZE_MAX;
        log.news();
        EXPECT_TRUE(co_await both.wait(WakeUp::Deadline::clock::now() + 5s));
        EXPECT_EQ(answers, (std::vector{Sequence(2), Sequence(2)}));
    });
    EXPECT_EQ(truth().head().sequence, Sequence(2));
}

TEST_F(Service, RefusesAKeyThatBelongsToAnotherRequest) {
    run([this]() -> asio::awaitable<void> {
        const auto first = co_await create_once(*service, "k", "one");
        EXPECT_TRUE(first.has_value());
        const auto other = co_await create_once(*service, "k", "another");
        EXPECT_EQ(other.error(), CommandFault(Refused{Refusal::key_reused, Sequence(1)}));
        const auto bobs = co_await service->execute(bob, create_command, keyed_causes, Preconditions());
        EXPECT_TRUE(bobs.has_value()) << "keys are each user's own";
    });
}

TEST_F(Service, RemembersNoKeyOfARefusedCommand) {
    run([this]() -> asio::awaitable<void> {
        const auto refused = co_await say_once(*service, id("none"), "k");
        EXPECT_EQ(refused.error(), CommandFault(Refused{Refusal::no_such_session, Sequence(0)}));
        const auto created = co_await create_once(*service, "k", "another");
        EXPECT_TRUE(created.has_value());
        EXPECT_FALSE(created->replayed);
    });
}

TEST_F(Service, ForgetsProjectedAnswersAndAsksTheReadModel) {
    run([this]() -> asio::awaitable<void> {
        const auto first = co_await create_once(*service, "k");
        store.applied = NextOffset(1);
        projected.advance(Partition(0), store.applied);
        store.down = true;
        EXPECT_THROWS_AWAITED(Outage, create_once(*service, "k"));
        store.down = false;
        const auto again = co_await create_once(*service, "k");
        EXPECT_EQ(again->session, first->session);
    });
}

TEST_F(Service, DecidesAConditionalCommandOnlyAtTheVersionItNames) {
    run([this]() -> asio::awaitable<void> {
        const SessionId session = co_await new_session_of(*service);
        const auto second = co_await rename_if(*service, session, "b", 1);
        EXPECT_EQ(second->session.changed, Sequence(2));
        const auto late = co_await rename_if(*service, session, "c", 1);
        EXPECT_EQ(late.error(), CommandFault(Refused{Refusal::moved_on, Sequence(2)}));
        const auto unchanged_but_late = co_await rename_if(*service, session, "b", 1);
        EXPECT_EQ(unchanged_but_late.error(), CommandFault(Refused{Refusal::moved_on, Sequence(2)}));
        const auto gone = co_await rename_if(*service, id("none"), "c", 1);
        EXPECT_EQ(gone.error(), CommandFault(Refused{Refusal::no_such_session, Sequence(2)}));
    });
}

}  // namespace chat::given
