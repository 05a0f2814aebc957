#include "tests/support/running.hpp"
#include "tests/unit/commands/service_fixture.hpp"

namespace chat::given {

using namespace std::chrono_literals;

TEST_F(Service, ReadsOnAfterTheConnectionBroke) {
    run([this]() -> asio::awaitable<void> {
        const SessionId session = co_await new_session_of(*service);
        log.break_connection();
        const auto added = co_await say(*service, session);
        EXPECT_EQ(added->sequence, Sequence(2));
    });
    EXPECT_EQ(observer.cuts, 0);
}

TEST_F(Service, DecidesNothingOnTheOldViewAfterACut) {
    run([this]() -> asio::awaitable<void> {
        const SessionId session = co_await new_session_of(*service);
        co_await rename(*service, session, "lost");
        log.records.resize(1);
        store_next(session, SessionRenamed{session, "other"}, "other");
        log.break_connection();
        while (!service->outage()) co_await asio::post(io, asio::use_awaitable);
        EXPECT_THROWS_AWAITED(Quarantined, rename(*service, session, "last"));
        store.quarantined_users.clear();
        const auto renamed = co_await rename(*service, session, "last");
        EXPECT_EQ(renamed->sequence, Sequence(3));
        EXPECT_EQ(observer.cuts, 1);
    });
    EXPECT_EQ(truth().head().sequence, Sequence(3));
    EXPECT_EQ(observer.quarantines, 0);
}

TEST_F(Service, QuarantinesWhoLostEventsInACutThatTheReadModelNeverHad) {
    run([this]() -> asio::awaitable<void> {
        const SessionId session = co_await new_session_of(*service);
        const auto bobs = co_await create(*service, bob);
        co_await rename(*service, session, "lost");
        log.records.resize(2);
        log.break_connection();
        while (observer.losses.empty()) co_await asio::post(io, asio::use_awaitable);
        EXPECT_THROWS_AWAITED(Quarantined, rename(*service, session, "again"));
        const auto other = make();
        EXPECT_THROWS_AWAITED(Quarantined, rename(*other, session, "at another node"));
        const auto more = co_await create(*service, bob);
        EXPECT_EQ(more->sequence, Sequence(2));
        store.quarantined_users.clear();  // an operator gives up what was lost
        const auto renamed = co_await rename(*service, session, "again");
        EXPECT_EQ(renamed->sequence, Sequence(2));
    });
    EXPECT_EQ(observer.losses, (std::vector<std::pair<UserId, Sequence>>{{user, Sequence(2)}}));
    EXPECT_EQ(log.records.size(), 4u);
}

TEST_F(Service, DecidesNothingForWhoLostEventsBeforeThatIsStored) {
    run([this]() -> asio::awaitable<void> {
        const SessionId session = co_await new_session_of(*service);
        co_await rename(*service, session, "lost");
        log.records.resize(1);
        store.quarantine_down = true;
        log.break_connection();
        while (!service->outage()) co_await asio::post(io, asio::use_awaitable);
        EXPECT_THROWS_AWAITED(Outage, rename(*service, session, "again"));
        EXPECT_THROWS_AWAITED(Outage, rename(*service, session, "again"));
        const auto bobs = co_await create(*service, bob);
        EXPECT_TRUE(bobs.has_value());
        store.quarantine_down = false;
        while (observer.losses.empty()) co_await asio::post(io, asio::use_awaitable);
        EXPECT_THROWS_AWAITED(Quarantined, rename(*service, session, "again"));
    });
    EXPECT_EQ(log.records.size(), 2u);
    EXPECT_EQ(observer.losses.size(), 1u) << "told once";
}

TEST_F(Service, QuarantinesNobodyWhoseEventsAreAllThere) {
    run([this]() -> asio::awaitable<void> {
        const SessionId session = co_await new_session_of(*service);
        co_await rename(*service, session, "kept");
        co_await create(*service, bob);
        log.records.resize(2);  // bob's
        log.break_connection();
        while (observer.losses.empty()) co_await asio::post(io, asio::use_awaitable);
        const auto renamed = co_await rename(*service, session, "again");
        EXPECT_EQ(renamed->sequence, Sequence(3));
    });
    EXPECT_EQ(observer.losses, (std::vector<std::pair<UserId, Sequence>>{{bob, Sequence(1)}}));
}

TEST_F(Service, QuarantinesNobodyForWhatWasAppliedMeanwhile) {
    run([this]() -> asio::awaitable<void> {
        const SessionId session = co_await new_session_of(*service);
        co_await rename(*service, session, "kept");
        co_await create(*service, bob);
        log.records.resize(2);
        store.applied = NextOffset(2);  // what was known of ada is below where the next view begins
        log.break_connection();
        while (observer.losses.empty()) co_await asio::post(io, asio::use_awaitable);
        const auto renamed = co_await rename(*service, session, "again");
        EXPECT_EQ(renamed->sequence, Sequence(3));
    });
    EXPECT_EQ(observer.losses, (std::vector<std::pair<UserId, Sequence>>{{bob, Sequence(1)}}));
}

TEST_F(Service, KnowsByTheReadModelOfACutAboveWhatItHadRead) {
    run([this]() -> asio::awaitable<void> {
        const SessionId session = co_await new_session_of(*service);
        log.visible = 1;
        store_next(session, SessionRenamed{session, "of another node"}, "gone");
        store.applied = NextOffset(2);
        store.last = id_of<EventId>("gone");
        projected.advance(Partition(0), store.applied);
        co_await asio::post(io, asio::use_awaitable);
        EXPECT_EQ(observer.cuts, 0);
        log.records.resize(1);
        log.break_connection();
        while (observer.cuts == 0) co_await asio::post(io, asio::use_awaitable);
        EXPECT_THROWS_AWAITED(Outage, rename(*service, session, "on a log that is cut"));
        EXPECT_EQ(service->damage().size(), 1u);
    });
    EXPECT_EQ(log.records.size(), 1u);
}

TEST_F(Service, ComparesTheLogsEndWithWhatIsAppliedAboveWhatItHasRead) {
    run([this]() -> asio::awaitable<void> {
        const SessionId session = co_await new_session_of(*service);
        store.applied = NextOffset(2);
        store.last = id_of<EventId>("gone");
        projected.advance(Partition(0), store.applied);
        while (observer.cuts == 0) co_await asio::post(io, asio::use_awaitable);
        EXPECT_THROWS_AWAITED(Outage, rename(*service, session, "on a log that is cut"));
    });
    EXPECT_EQ(log.records.size(), 1u);
}

TEST_F(Service, DecidesNothingAnewInALogThatWasCutSinceTheRecordWasVoid) {
    bool cut = false;
    service->on_record([&](Partition, const UserId* whose) {
        if (cut || !whose || log.records.size() < 3) return;
        cut = true;  // ours is void, and gone; a copy of it may still come
        log.records.resize(1);
        log.break_connection();
    });
    run([this]() -> asio::awaitable<void> {
        const SessionId session = co_await new_session_of(*service);
        log.before_append = [this, session] {
            if (log.records.size() == 1) store_next(session, SessionRenamed{session, "first"}, "first");
        };
        EXPECT_THROWS_AWAITED(OutcomeUnknown, rename(*service, session, "second"));
    });
    EXPECT_TRUE(cut);
    EXPECT_EQ(log.records.size(), 1u);
}

TEST_F(Service, MissesWhatItHadAcknowledgedToWhoIsNotHotAnyMore) {
    options.hot_bytes = 1;
    service = make();
    run([this]() -> asio::awaitable<void> {
        const SessionId session = co_await new_session_of(*service);
        co_await rename(*service, session, "lost");
        co_await create(*service, bob);
        log.records.resize(1);
        log.break_connection();
        while (observer.losses.size() < 2) co_await asio::post(io, asio::use_awaitable);
    });
    EXPECT_EQ(observer.losses, (std::vector<std::pair<UserId, Sequence>>{{user, Sequence(2)}, {bob, Sequence(1)}}));
}

TEST_F(Service, MissesWhatWasLostAlsoWhenTheReadModelHasGrownPastIt) {
    run([this]() -> asio::awaitable<void> {
        const SessionId session = co_await new_session_of(*service);
        co_await rename(*service, session, "lost");
        log.down = true;
        log.break_connection();
        while (!service->outage()) co_await asio::post(io, asio::use_awaitable);
        log.records.resize(1);
        store_next(session, SessionRenamed{session, "other"}, "other");
        store.applied = NextOffset(2);
        projected.advance(Partition(0), store.applied);
        log.down = false;
        while (observer.losses.empty()) co_await asio::post(io, asio::use_awaitable);
        EXPECT_THROWS_AWAITED(Quarantined, rename(*service, session, "again"));
    });
}

TEST_F(Service, LooksAtTheLogAgainAfterItWasSuspended) {
    options.asleep_after = 0ms;  // it was, whenever it looks
    service = make();
    const test::Running running(io, service->notice_sleep());
    run([this]() -> asio::awaitable<void> {
        const SessionId session = co_await new_session_of(*service);
        co_await rename(*service, session, "lost");
        // Cut and grown again, past what is known, while no connection breaks.
        log.records.resize(1);
        store_next(session, SessionRenamed{session, "other"}, "other");
        store_next(session, SessionRenamed{session, "another"}, "another");
        EXPECT_THROWS_AWAITED(Quarantined, rename(*service, session, "last"));
        store.quarantined_users.clear();
        const auto renamed = co_await rename(*service, session, "last");
        EXPECT_EQ(renamed->sequence, Sequence(4));
        EXPECT_EQ(observer.cuts, 1);
    });
    EXPECT_EQ(truth().head().sequence, Sequence(4));
    EXPECT_EQ(observer.quarantines, 0);
}

TEST_F(Service, DoesNotDecideOnAReadModelOfAnotherLog) {
    run([this]() -> asio::awaitable<void> {
        co_await new_session_of(*service);
        store.applied = NextOffset(1);
        store.last = id_of<EventId>("of another log");
        service = make();
        EXPECT_THROWS_AWAITED(Outage, create(*service));
        EXPECT_THROWS_AWAITED(Outage, create(*service));
        EXPECT_FALSE(service->outage()) << "the others are served";
        EXPECT_EQ(service->damage().size(), 1u);
        EXPECT_TRUE(service->unready(user));
        store.last = std::nullopt;
        store.applied = NextOffset(0);
        while (!service->damage().empty()) co_await asio::post(io, asio::use_awaitable);
        const auto created = co_await create(*service);
        EXPECT_TRUE(created.has_value()) << "an operator put it right";
    });
    EXPECT_EQ(truth().head().sequence, Sequence(2));
    EXPECT_EQ(observer.cuts, 1) << "told once, however often it is looked for";
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
        EXPECT_THROWS_AWAITED(Quarantined, create(*service));
        const auto bobs = co_await create(*service, bob);
        EXPECT_TRUE(bobs.has_value());
    });
    EXPECT_EQ(observer.quarantines, 1);
}

TEST_F(Service, LoadsAUserAgainWhoWasRepaired) {
    run([this]() -> asio::awaitable<void> {
        const SessionId session = co_await new_session_of(*service);
        store.applied = NextOffset(1);
        projected.advance(Partition(0), store.applied);
        // A node that loads what the read model should not hold: the log knows of no quarantine.
        store.quarantined = true;
        const auto other = make();
        EXPECT_THROWS_AWAITED(Quarantined, say(*other, session));
        store.quarantined = false;
        const auto added = co_await say(*other, session);
        EXPECT_EQ(added->sequence, Sequence(2));
    });
}

TEST_F(Service, DecidesNothingUnderAKeyForAUserWhomTheReadModelDoesNotProjectAnyMore) {
    run([this]() -> asio::awaitable<void> {
        co_await new_session_of(*service);
        // The user is hot; whether the key was used is only known to the read model, which stands still.
        store.quarantined = true;
        EXPECT_THROWS_AWAITED(Quarantined, create_once(*service, "k"));
        store.quarantined = false;
        const auto done = co_await create_once(*service, "k");
        EXPECT_EQ(done->sequence, Sequence(2));
    });
    EXPECT_EQ(log.records.size(), 2u);
}

TEST_F(Service, GoesOnWithNothingThatItHadLoadedFromAnEarlierEdition) {
    std::vector<const UserId*> told;
    run([&]() -> asio::awaitable<void> {
        const SessionId session = co_await new_session_of(*service);
        store.applied = NextOffset(1);
        projected.advance(Partition(0), store.applied);
        store.title = "forged";
        service.reset();
        service = make();
        service->on_record([&](Partition, const UserId* whose) { told.push_back(whose); });
        const auto forged = co_await say(*service, session);
        EXPECT_EQ(forged->session.title, "forged");
        const std::size_t loads = store.loads;

        store.title.reset();
        store.edition = Edition(1);
        told.clear();
        projected.rewritten(Partition(0), store.edition);
        EXPECT_EQ(told, std::vector<const UserId*>{nullptr}) << "what was read of it counts no more";
        const auto right = co_await say(*service, session);
        EXPECT_EQ(right->session.title, "t");
        EXPECT_EQ(right->sequence, Sequence(3));
        EXPECT_EQ(store.loads, loads + 1);
        projected.rewritten(Partition(0), store.edition);
        co_await say(*service, session);
        EXPECT_EQ(store.loads, loads + 1) << "the same news again is none";
    });
    EXPECT_EQ(observer.cuts, 0);
}

TEST_F(Service, LearnsOfAnEditionByWhatItLoads) {
    run([this]() -> asio::awaitable<void> {
        const SessionId session = co_await new_session_of(*service);
        store.applied = NextOffset(1);
        projected.advance(Partition(0), store.applied);
        store.edition = Edition(2);
        co_await create(*service, bob);
        const std::size_t loads = store.loads;
        co_await say(*service, session);
        EXPECT_EQ(store.loads, loads + 1);
        projected.rewritten(Partition(0), store.edition);
        co_await say(*service, session);
        co_await create(*service, bob);
        EXPECT_EQ(store.loads, loads + 1);
    });
}

TEST_F(Service, SkipsWhatIsNoEventOfOurs) {
    log.store(std::make_shared<const Record>(Record{"ada", {}, "hello"}));
    run([this]() -> asio::awaitable<void> {
        const auto created = co_await create(*service);
        EXPECT_EQ(created->sequence, Sequence(1));
        EXPECT_EQ(service->damage().size(), 1u);
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

}  // namespace chat::given
