#include "commands/service.hpp"

#include "tests/support/coroutine.hpp"
#include "tests/unit/commands/given.hpp"
#include "tests/unit/commands/scripted_log.hpp"

namespace chat::given {

using namespace std::chrono_literals;
using Answer = ScriptedLog::Answer;

static const UserId bob("bob");

namespace {

struct Watched : CommandObserver {
    std::vector<std::string> outcomes;
    int cuts = 0;
    int quarantines = 0;
    int foreign = 0;
    void command_done(std::string_view, std::string_view outcome, Duration) override { outcomes.emplace_back(outcome); }
    void log_cut(Partition, std::string_view) override { ++cuts; }
    void quarantined(const UserId&, std::string_view) override { ++quarantines; }
    void foreign_record(Partition, Offset, std::string_view) override { ++foreign; }
};

struct Service : testing::Test {
    asio::io_context io{1};
    ScriptedLog log{io.get_executor()};
    FoldedStore store{log};
    ProjectedOffsets projected{io.get_executor(), 1};
    Watched observer;
    std::uint64_t ids = 0;
    ServiceOptions options{.command_deadline = 2s, .attempts = 20, .hot_bytes = 1 << 20, .tail_bytes = 1 << 20};
    std::unique_ptr<CommandService> service;
    const Command create_command = CreateSession{"t", AgentType::primary, {}, {}};
    const Causes keyed_causes = keyed("k");

    void SetUp() override { service = make(); }
    /// What still runs ends before what it uses.
    void TearDown() override {
        service.reset();
        io.restart();
        io.run_for(5s);
    }

    std::unique_ptr<CommandService> make() {
        return std::make_unique<CommandService>(
            io.get_executor(), log, store, projected, [] { return start; }, [this] { return uuid_v7(1s, 0, ++ids); },
            [] { return 0.5; }, observer, options);
    }

    // Plain functions: g++ 12 destroys an aggregate twice that is made inside of a co_await expression.
    using Outcome = asio::awaitable<Result<Done, CommandFault>>;
    static Outcome create(CommandService& at, const UserId& whose = user) {
        return at.execute(whose, CreateSession{"t", AgentType::primary, {}, {}}, {}, {});
    }
    static Outcome say(CommandService& at, SessionId session) {
        return at.execute(user, AddMessage{session, MessageType::user, "hi", {}, {}}, {}, {});
    }
    static Outcome rename(CommandService& at, SessionId session, const std::string& title) {
        return at.execute(user, RenameSession{session, title}, {}, {});
    }
    asio::awaitable<SessionId> new_session_of(CommandService& at) {
        const auto done = co_await create(at);
        co_return done->session.id;
    }
    static Causes keyed(const std::string& key, const std::string& fingerprint = "same") {
        return {.command_key = key,
                .command_fingerprint = fingerprint,
                .correlation = {},
                .causation = {},
                .traceparent = {}};
    }
    static Outcome create_once(CommandService& at, const std::string& key, const std::string& fingerprint = "same") {
        return at.execute(user, CreateSession{"t", AgentType::primary, {}, {}}, keyed(key, fingerprint), {});
    }
    static Outcome say_once(CommandService& at, SessionId session, const std::string& key) {
        return at.execute(user, AddMessage{session, MessageType::user, "hi", {}, {}}, keyed(key), {});
    }
    static Outcome rename_if(CommandService& at, SessionId session, const std::string& title, std::int64_t version) {
        return at.execute(user, RenameSession{session, title}, {}, Preconditions({Sequence(version)}));
    }
    /// Another process's event, on top of everything that is stored.
    void store_next(SessionId session, Event event, std::string_view name) {
        const UserChats now = truth();
        log.store(std::make_shared<const Record>(encode(Recorded{Envelope{.id = id_of<EventId>(name),
                                                                          .user = user,
                                                                          .session = session,
                                                                          .time = start,
                                                                          .sequence = now.head().sequence.next(),
                                                                          .previous = now.head().id,
                                                                          .causes = {}},
                                                                 std::move(event)})));
    }

    /// The user's stream as the log says it.
    UserChats truth() const {
        UserChats chats;
        for (const auto& record : log.records) {
            const auto link = decode_link(*record);
            if (!link || record->key != user.value() || place(chats.head(), *link) != Placement::belongs) continue;
            chats = evolve(std::move(chats), *decode(*record));
        }
        return chats;
    }
    template <class Body>
    void run(Body body) {
        test::run(io, [body]() mutable -> asio::awaitable<void> { co_await body(); });
    }
};

#define EXPECT_THROWS_AWAITED(type, awaited)   \
    do {                                       \
        bool thrown = false;                   \
        try {                                  \
            co_await awaited;                  \
        } catch (const type&) {                \
            thrown = true;                     \
        }                                      \
        EXPECT_TRUE(thrown) << "no " << #type; \
    } while (false)

}  // namespace

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
        EXPECT_EQ(ours.error(), CommandFault(Refusal::no_such_session));
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
            asio::steady_timer later(io, 20ms);
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
        EXPECT_EQ(refused.error(), CommandFault(Refusal::no_such_session));
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

TEST_F(Service, ReadsOnAfterTheConnectionBroke) {
    run([this]() -> asio::awaitable<void> {
        const SessionId session = co_await new_session_of(*service);
        log.break_connection();
        const auto added = co_await say(*service, session);
        EXPECT_EQ(added->sequence, Sequence(2));
    });
    EXPECT_EQ(observer.cuts, 0);
}

TEST_F(Service, ReplaysWhenTheLogWasCutAndGrewAgain) {
    run([this]() -> asio::awaitable<void> {
        const SessionId session = co_await new_session_of(*service);
        co_await rename(*service, session, "lost");
        log.records.resize(1);
        store_next(session, SessionRenamed{session, "other"}, "other");
        log.break_connection();
        while (!service->unready()) co_await asio::post(io, asio::use_awaitable);
        // Decided on the lost state, this append stands at a sequence that the log does not continue.
        EXPECT_THROWS_AWAITED(OutcomeUnknown, rename(*service, session, "on fiction"));
        EXPECT_EQ(observer.cuts, 1);
        // The log now holds an event that follows one which it lost: this stream waits for an operator, the others go
        // on.
        EXPECT_THROWS_AWAITED(Quarantined, rename(*service, session, "last"));
        EXPECT_THROWS_AWAITED(Quarantined, say(*service, id("none")));
        const auto bobs = co_await create(*service, bob);
        EXPECT_TRUE(bobs.has_value());
    });
    EXPECT_EQ(observer.quarantines, 1);
}

TEST_F(Service, DoesNotDecideOnAReadModelOfAnotherLog) {
    run([this]() -> asio::awaitable<void> {
        co_await new_session_of(*service);
        store.applied = NextOffset(1);
        store.last = id_of<EventId>("of another log");
        service = make();
        EXPECT_THROWS_AWAITED(Outage, create(*service));
        EXPECT_TRUE(service->unready());
    });
    EXPECT_EQ(log.records.size(), 1u);
    EXPECT_GE(observer.cuts, 1);
}

TEST_F(Service, QuarantinesAStreamWithAGapAndGoesOnWithTheOthers) {
    run([this]() -> asio::awaitable<void> {
        co_await new_session_of(*service);
        log.store(std::make_shared<const Record>(encode(recorded(SessionRenamed{id("a"), "x"}, 9))));
        bool quarantined = false;
        for (int i = 0; i < 20 && !quarantined; ++i) {
            try {
                co_await create(*service);
            } catch (const Quarantined&) {
                quarantined = true;
            } catch (const Outage&) {
            }
        }
        EXPECT_TRUE(quarantined);
        const auto bobs = co_await create(*service, bob);
        EXPECT_TRUE(bobs.has_value());
    });
    EXPECT_EQ(observer.quarantines, 1);
}

TEST_F(Service, SkipsWhatIsNoEventOfOurs) {
    log.store(std::make_shared<const Record>(Record{"ada", {}, "hello"}));
    run([this]() -> asio::awaitable<void> {
        const auto created = co_await create(*service);
        EXPECT_EQ(created->sequence, Sequence(1));
    });
    EXPECT_EQ(observer.foreign, 1);
}

TEST_F(Service, RefusesCommandsWhenTheReadModelIsTooFarBehind) {
    options.tail_bytes = 5'000;
    service.reset();
    service = make();
    run([this]() -> asio::awaitable<void> {
        const SessionId session = co_await new_session_of(*service);
        bool refused = false;
        for (int i = 0; i < 50 && !refused; ++i) {
            try {
                co_await say(*service, session);
            } catch (const Outage&) {
                refused = true;
            }
        }
        EXPECT_TRUE(refused);
        EXPECT_LT(log.records.size(), 15u);
        store.applied = NextOffset(static_cast<std::int64_t>(log.records.size()));
        projected.advance(Partition(0), store.applied);
        const auto added = co_await say(*service, session);
        EXPECT_TRUE(added.has_value());
    });
}

TEST_F(Service, IsAnOutageWhileTheDatabaseIsDown) {
    run([this]() -> asio::awaitable<void> {
        const SessionId session = co_await new_session_of(*service);
        store.down = true;
        EXPECT_THROWS_AWAITED(Outage, create(*service, bob));
        const auto hot = co_await say(*service, session);
        EXPECT_TRUE(hot.has_value());
    });
}

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
        EXPECT_EQ(other.error(), CommandFault(Refusal::key_reused));
        const auto bobs = co_await service->execute(bob, create_command, keyed_causes, Preconditions());
        EXPECT_TRUE(bobs.has_value()) << "keys are each user's own";
    });
}

TEST_F(Service, RemembersNoKeyOfARefusedCommand) {
    run([this]() -> asio::awaitable<void> {
        const auto refused = co_await say_once(*service, id("none"), "k");
        EXPECT_EQ(refused.error(), CommandFault(Refusal::no_such_session));
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
        EXPECT_EQ(late.error(), CommandFault(Refusal::moved_on));
        const auto unchanged_but_late = co_await rename_if(*service, session, "b", 1);
        EXPECT_EQ(unchanged_but_late.error(), CommandFault(Refusal::moved_on));
        const auto gone = co_await rename_if(*service, id("none"), "c", 1);
        EXPECT_EQ(gone.error(), CommandFault(Refusal::no_such_session));
    });
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
