#include "tests/unit/commands/service_fixture.hpp"

namespace chat::given {

using namespace std::chrono_literals;

TEST_F(Service, AnswersWithMetadataThatItsStatesLeaveOut) {
    const JsonText metadata("{\"text\": \"" + std::string(20'000, 'x') + "\"}");
    run([&]() -> asio::awaitable<void> {
        auto creating = service->execute(user, CreateSession{"t", AgentType::primary, {}, metadata}, {}, {});
        const auto created = co_await std::move(creating);
        const SessionId session = created->session.id;
        EXPECT_EQ(created->session.metadata, metadata);
        store.applied = NextOffset(1);
        projected.advance(Partition(0), store.applied);
        service.reset();
        service = make();

        const auto renamed = co_await rename(*service, session, "new");
        EXPECT_EQ(renamed->session.metadata, metadata);
        const auto unchanged = co_await rename(*service, session, "new");
        EXPECT_EQ(unchanged->session.metadata, metadata);
        const std::size_t lookups = store.lookups;
        co_await say(*service, session);
        EXPECT_EQ(store.lookups, lookups) << "a message's answer does not show it";
        store.down = true;
        EXPECT_THROWS_AWAITED(Outage, rename(*service, session, "newer"));
    });
    EXPECT_EQ(log.records.size(), 3u);
}

TEST_F(Service, AnswersFromTheEventAndTheStateItWasDecidedOn) {
    run([this]() -> asio::awaitable<void> {
        const Command create_it = CreateSession{"title", AgentType::log_analysis, "first", JsonText(R"({"a":1})")};
        const Causes causes;
        const auto created = co_await service->execute(user, create_it, causes, Preconditions());
        EXPECT_TRUE(created.has_value());
        EXPECT_EQ(created->sequence, Sequence(1));
        EXPECT_EQ(created->session.title, "title");
        EXPECT_EQ(created->session.message_count, 1);

        const auto added = co_await say(*service, created->session.id);
        EXPECT_EQ(added->sequence, Sequence(2));
        EXPECT_EQ(added->added->content, "hi");
        EXPECT_EQ(added->session.message_count, 2);
        EXPECT_EQ(added->time, start);
        EXPECT_EQ(log.records.size(), 2u);
        EXPECT_EQ(store.loads, 1u);
    });
}

TEST_F(Service, DecidesAgainWhenAnotherWriterWasFirst) {
    run([this]() -> asio::awaitable<void> {
        const SessionId session = co_await new_session_of(*service);
        auto other = make();
        const auto theirs = co_await rename(*other, session, "theirs");
        EXPECT_TRUE(theirs.has_value());
        const auto ours = co_await say(*service, session);
        EXPECT_EQ(ours->sequence, Sequence(3));
        EXPECT_EQ(ours->session.title, "theirs");
        EXPECT_EQ(truth().head().sequence, Sequence(3));
    });
}

TEST_F(Service, LosesTheRaceAndThenDecidesOnWhatWon) {
    run([this]() -> asio::awaitable<void> {
        const SessionId session = co_await new_session_of(*service);
        log.before_append = [this, session] { store_next(session, SessionDeleted{session}, "theirs"); };
        const auto ours = co_await say(*service, session);
        EXPECT_EQ(ours.error(), CommandFault(Refused{Refusal::no_such_session, Sequence(2)}));
        EXPECT_EQ(log.records.size(), 3u);
        EXPECT_EQ(truth().head().sequence, Sequence(2));
    });
}

TEST_F(Service, IsAConflictWhenEveryAttemptLoses) {
    options.attempts = 3;
    service = make();
    run([this]() -> asio::awaitable<void> {
        const SessionId session = co_await new_session_of(*service);
        std::function<void()> rival = [&] {
            const std::string name = "rival " + std::to_string(log.records.size());
            store_next(session, SessionRenamed{session, name}, name);
            log.before_append = rival;
        };
        log.before_append = rival;
        const auto ours = co_await say(*service, session);
        EXPECT_EQ(ours.error(), CommandFault(Conflict{}));
        log.before_append = {};
    });
    EXPECT_EQ(observer.outcomes.back(), "conflict");
}

TEST_F(Service, SendsAnUnknownOutcomeAgainAsTheSameRecord) {
    log.answers = {Answer::lost_unknown, Answer::lost_unknown, Answer::offset};
    run([this]() -> asio::awaitable<void> {
        const auto created = co_await create(*service);
        EXPECT_TRUE(created.has_value());
    });
    EXPECT_EQ(log.ids_tried.size(), 1u);
    EXPECT_EQ(log.appends, 3u);
}

TEST_F(Service, CountsTwoStoredCopiesOnce) {
    log.visible = 0;
    log.answers = {Answer::stored_unknown, Answer::offset};
    run([this]() -> asio::awaitable<void> {
        test::spawn(io, [this]() -> asio::awaitable<void> {
            while (log.records.size() < 2) co_await asio::post(io, asio::use_awaitable);
            log.visible = SIZE_MAX;
            log.news();
        });
        const auto created = co_await create(*service);
        EXPECT_EQ(created->sequence, Sequence(1));
        const auto added = co_await say(*service, created->session.id);
        EXPECT_EQ(added->sequence, Sequence(2));
    });
    EXPECT_EQ(log.records.size(), 3u);
    EXPECT_EQ(log.ids_tried.size(), 2u);
}

TEST_F(Service, LearnsFromTheTailWhatNoReportTells) {
    log.answers = {Answer::stored_unknown, Answer::somewhere};
    run([this]() -> asio::awaitable<void> {
        const SessionId session = co_await new_session_of(*service);
        const auto added = co_await say(*service, session);
        EXPECT_EQ(added->sequence, Sequence(2));
    });
    EXPECT_EQ(log.appends, 2u);
}

TEST_F(Service, SaysThatTheOutcomeIsUnknownAtTheDeadline) {
    options.command_deadline = 100ms;
    service = make();
    log.answers = {Answer::offset,       Answer::lost_unknown, Answer::lost_unknown,
                   Answer::lost_unknown, Answer::lost_unknown, Answer::lost_unknown};
    run([this]() -> asio::awaitable<void> {
        const SessionId session = co_await new_session_of(*service);
        EXPECT_THROWS_AWAITED(OutcomeUnknown, say(*service, session));
        log.answers.clear();
        const auto next = co_await say(*service, session);
        EXPECT_EQ(next->sequence, Sequence(2));
    });
    EXPECT_EQ(observer.outcomes, (std::vector<std::string>{"accepted", "unknown", "accepted"}));
}

TEST_F(Service, AnswersAtTheDeadlineWhenTheLogOrTheDatabaseDoesNot) {
    options.command_deadline = 100ms;
    service = make();
    run([this]() -> asio::awaitable<void> {
        const SessionId session = co_await new_session_of(*service);
        log.answers = {Answer::silent};
        EXPECT_THROWS_AWAITED(OutcomeUnknown, say(*service, session));
        log.news();
        const auto next = co_await say(*service, session);
        EXPECT_EQ(next->sequence, Sequence(3)) << "the first was stored";
        store.silent = true;
        EXPECT_THROWS_AWAITED(Outage, say_once(*service, session, "k"));
        store.silent = false;
        const auto last = co_await say_once(*service, session, "k");
        EXPECT_EQ(last->sequence, Sequence(4));
    });
    EXPECT_EQ(observer.outcomes, (std::vector<std::string>{"accepted", "unknown", "accepted", "outage", "accepted"}));
}

TEST_F(Service, IsAnOutageWhenNothingWasSent) {
    run([this]() -> asio::awaitable<void> {
        const SessionId session = co_await new_session_of(*service);
        log.answers = {Answer::outage};
        EXPECT_THROWS_AWAITED(Outage, say(*service, session));
        EXPECT_EQ(log.records.size(), 1u);
    });
    EXPECT_EQ(observer.outcomes.back(), "outage");
}

TEST_F(Service, StaysUnknownWhenAnOutageFollowsAnUnknownOutcome) {
    options.command_deadline = 150ms;
    service = make();
    run([this]() -> asio::awaitable<void> {
        const SessionId session = co_await new_session_of(*service);
        log.visible = 1;
        log.answers = {Answer::stored_unknown, Answer::outage, Answer::outage, Answer::outage, Answer::outage};
        EXPECT_THROWS_AWAITED(OutcomeUnknown, say(*service, session));
    });
}

TEST_F(Service, PassesTheBarrierBeforeItRefuses) {
    run([this]() -> asio::awaitable<void> {
        co_await new_session_of(*service);
        log.visible = 1;
        store_next(id("a"), created("a"), "theirs");
        test::spawn(io, [this]() -> asio::awaitable<void> {
            SteadyTimer later(io, 20ms);
            co_await later.async_wait(asio::use_awaitable);
            log.visible = SIZE_MAX;
            log.news();
        });
        const auto added = co_await say(*service, id("a"));
        EXPECT_TRUE(added.has_value()) << "refused a session that the log has";
    });
}

TEST_F(Service, CannotRefuseWhileTheLogIsDown) {
    run([this]() -> asio::awaitable<void> {
        co_await new_session_of(*service);
        log.down = true;
        EXPECT_THROWS_AWAITED(Outage, say(*service, id("none")));
        log.down = false;
        const auto refused = co_await say(*service, id("none"));
        EXPECT_EQ(refused.error(), CommandFault(Refused{Refusal::no_such_session, Sequence(1)}));
    });
}

TEST_F(Service, RunsOneCommandOfAUserAtATime) {
    run([this]() -> asio::awaitable<void> {
        const SessionId session = co_await new_session_of(*service);
        int open = 50;
        WakeUp all(io.get_executor());
        for (int i = 0; i < 50; ++i) {
            test::spawn(io, [&, session]() -> asio::awaitable<void> {
                const auto added = co_await say(*service, session);
                EXPECT_TRUE(added.has_value());
                if (--open == 0) all.ring();
            });
        }
        EXPECT_TRUE(co_await all.wait(WakeUp::Deadline::clock::now() + 5s));
    });
    EXPECT_EQ(log.records.size(), 51u) << "a command of the same process lost against another";
    EXPECT_EQ(truth().head().sequence, Sequence(51));
}

TEST_F(Service, GoesOnFromTheReadModelAndTheTailAfterARestart) {
    run([this]() -> asio::awaitable<void> {
        const SessionId session = co_await new_session_of(*service);
        for (int i = 0; i < 5; ++i) co_await say(*service, session);
        store.applied = NextOffset(3);
        service = make();
        const auto added = co_await say(*service, session);
        EXPECT_EQ(added->sequence, Sequence(7));
        EXPECT_EQ(added->session.message_count, 6);
    });
}

TEST_F(Service, ForgetsWhatIsProjectedAndLoadsItAgain) {
    options.hot_bytes = 1;
    service.reset();
    service = make();
    run([this]() -> asio::awaitable<void> {
        const SessionId session = co_await new_session_of(*service);
        store.applied = NextOffset(1);
        projected.advance(Partition(0), NextOffset(1));
        EXPECT_FALSE(service->seen(user).last);
        const auto bobs = co_await create(*service, bob);
        EXPECT_TRUE(bobs.has_value());
        const auto added = co_await say(*service, session);
        EXPECT_EQ(added->sequence, Sequence(2));
        EXPECT_EQ(service->seen(user).last, Offset(2));
    });
    EXPECT_EQ(store.loads, 3u);
}

TEST_F(Service, TellsItsHookOfEveryRecord) {
    std::vector<std::string> told;
    service->on_record([&](Partition, const UserId* who) { told.push_back(who ? who->value() : "everyone"); });
    run([this]() -> asio::awaitable<void> {
        co_await new_session_of(*service);
        log.store(std::make_shared<const Record>(encode(recorded(created("x"), 1, UserId("bob")))));
        const auto refused = co_await say(*service, id("none"));
        EXPECT_FALSE(refused.has_value());
    });
    EXPECT_EQ(told, (std::vector<std::string>{"ada", "bob"}));
}

TEST_F(Service, FinishesWhatIsInFlightWhenItDrains) {
    run([this]() -> asio::awaitable<void> {
        const SessionId session = co_await new_session_of(*service);
        bool answered = false;
        test::spawn(io, [&, session]() -> asio::awaitable<void> {
            const auto added = co_await say(*service, session);
            answered = added.has_value();
        });
        test::spawn(io, []() -> asio::awaitable<void> { co_return; });
        co_await asio::post(io, asio::use_awaitable);
        co_await service->drain(WakeUp::Deadline::clock::now() + 5s);
        EXPECT_TRUE(answered);
        EXPECT_THROWS_AWAITED(Outage, say(*service, session));
    });
}

}  // namespace chat::given
