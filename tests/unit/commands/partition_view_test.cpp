// One file, as it is one list: each thing that the view can be told, alone and in its order.
#include "commands/partition_view.hpp"

#include <random>

#include "tests/unit/commands/given.hpp"

namespace chat::given {

namespace {

using Standing = PartitionView::Standing;

std::shared_ptr<const Record> record(const UserId& user, std::string_view event, std::int64_t sequence,
                                     std::string_view previous) {
    Recorded recorded{Envelope{.id = id_of<EventId>(event),
                               .user = user,
                               .session = id("s"),
                               .time = start,
                               .sequence = Sequence(sequence),
                               .previous = {},
                               .causes = {}},
                      SessionRenamed{id("s"), std::string(event)}};
    if (!previous.empty()) recorded.envelope.previous = id_of<EventId>(previous);
    return std::make_shared<const Record>(encode(recorded));
}
Link link_of(const std::shared_ptr<const Record>& record) { return *decode_link(*record); }
StoredRecord at(std::int64_t offset, std::shared_ptr<const Record> record) {
    return {Offset(offset), std::move(record)};
}

/// What passed, as text: "0 a belongs own".
std::vector<std::string> said_by(PartitionView& view) {
    std::vector<std::string> lines;
    for (const auto& output : view.take()) {
        if (const auto* passed = std::get_if<PartitionView::Passed>(&output)) {
            const auto recorded = *decode(*passed->record);
            std::string line =
                std::to_string(passed->offset.value()) + " " + std::get<SessionRenamed>(recorded.event).title + " ";
            line += passed->standing == Standing::belongs ? "belongs"
                    : passed->standing == Standing::void_ ? "void"
                                                          : "untracked";
            lines.push_back(line + (passed->own ? " own" : ""));
        } else if (std::holds_alternative<PartitionView::Broken>(output)) {
            lines.push_back("broken");
        } else if (std::holds_alternative<PartitionView::Foreign>(output)) {
            lines.push_back("foreign");
        } else {
            lines.push_back("cut");
        }
    }
    return lines;
}
using Lines = std::vector<std::string>;

struct View : testing::Test {
    PartitionView view{Checkpoint{}};
    std::shared_ptr<const Record> first = record(user, "first", 1, "");
    std::shared_ptr<const Record> second = record(user, "second", 2, "first");
    std::shared_ptr<const Record> rival = record(user, "rival", 1, "");

    void track(PartitionView& of, const UserId& who = user, StreamHead head = {}, std::int64_t applied = 0) {
        std::vector<PartitionView::Passed> belonging;
        ASSERT_TRUE(of.track(who, head, NextOffset(applied), belonging));
    }
};

}  // namespace

TEST_F(View, SettlesAnOwnRecordAtOnceWhenEverythingBelowIsKnown) {
    track(view);
    view.sent(link_of(first), first);
    view.delivered(link_of(first).id, Offset(0));
    EXPECT_EQ(said_by(view), Lines{"0 first belongs own"});
    EXPECT_EQ(view.next(), NextOffset(1));
}

TEST_F(View, WaitsForTheOffsetsBelowAnOwnRecord) {
    track(view);
    view.sent(link_of(first), first);
    view.delivered(link_of(first).id, Offset(1));
    EXPECT_EQ(said_by(view), Lines{});
    view.tailed(at(0, rival));
    EXPECT_EQ(said_by(view), (Lines{"0 rival belongs", "1 first void own"}));
}

TEST_F(View, SettlesByTheTailWhenTheReportIsLost) {
    track(view);
    view.sent(link_of(first), first);
    view.tailed(at(0, first));
    EXPECT_EQ(said_by(view), Lines{"0 first belongs own"});
    view.delivered(link_of(first).id, Offset(0));
    EXPECT_EQ(said_by(view), Lines{});
}

TEST_F(View, SaysASecondCopyIsVoidAndNotOurs) {
    track(view);
    view.sent(link_of(first), first);
    view.tailed(at(0, first));
    view.tailed(at(1, first));
    EXPECT_EQ(said_by(view), (Lines{"0 first belongs own", "1 first void"}));
}

TEST_F(View, PassesTwoDeliveriesOfOneRecordOnce) {
    track(view);
    view.sent(link_of(first), first);
    view.delivered(link_of(first).id, Offset(1));
    view.delivered(link_of(first).id, Offset(2));
    view.tailed(at(0, record(UserId("bob"), "bobs", 1, "")));
    EXPECT_EQ(said_by(view), (Lines{"0 bobs untracked", "1 first belongs own"}));
    view.tailed(at(1, first));
    view.tailed(at(2, first));
    EXPECT_EQ(said_by(view), Lines{"2 first void"});
}

TEST_F(View, ForgetsAWithdrawnRecordButPassesItsCopies) {
    track(view);
    view.sent(link_of(first), first);
    view.delivered(link_of(first).id, Offset(1));
    view.withdraw(link_of(first).id);
    view.tailed(at(0, record(UserId("bob"), "bobs", 1, "")));
    EXPECT_EQ(view.next(), NextOffset(1));
    view.tailed(at(1, first));
    EXPECT_EQ(said_by(view), (Lines{"0 bobs untracked", "1 first belongs"}));
}

TEST_F(View, FoldsWhatTheTailKeptWhenAUserIsTracked) {
    view.tailed(at(0, first));
    view.tailed(at(1, rival));
    view.tailed(at(2, second));
    said_by(view);
    std::vector<PartitionView::Passed> belonging;
    ASSERT_TRUE(view.track(user, {}, NextOffset(0), belonging));
    ASSERT_EQ(belonging.size(), 2u);
    EXPECT_EQ(view.head(user), (StreamHead{Sequence(2), link_of(second).id}));

    belonging.clear();
    ASSERT_TRUE(view.track(user, {Sequence(1), link_of(first).id}, NextOffset(1), belonging));
    EXPECT_EQ(belonging.size(), 1u);
}

TEST_F(View, TakesAHeadThatIsAheadOfTheTail) {
    track(view, user, {Sequence(1), link_of(first).id}, 1);
    view.tailed(at(0, first));
    view.tailed(at(1, second));
    EXPECT_EQ(said_by(view), (Lines{"0 first untracked", "1 second belongs"}));
}

TEST_F(View, RefusesAHeadWhoseFollowersWerePruned) {
    view.tailed(at(0, first));
    view.prune(NextOffset(1));
    std::vector<PartitionView::Passed> belonging;
    EXPECT_FALSE(view.track(user, {}, NextOffset(0), belonging));
    EXPECT_TRUE(view.track(user, {Sequence(1), link_of(first).id}, NextOffset(1), belonging));
}

TEST_F(View, KeepsWhatALoadMayNeedWhileItIsPinned) {
    const NextOffset pin = view.pin();
    view.tailed(at(0, first));
    view.prune(NextOffset(1));
    EXPECT_EQ(view.kept_records(), 1u);
    std::vector<PartitionView::Passed> belonging;
    EXPECT_TRUE(view.track(user, {}, NextOffset(0), belonging));
    EXPECT_EQ(belonging.size(), 1u);
    view.unpin(pin);
    EXPECT_EQ(view.kept_records(), 0u);
    EXPECT_EQ(view.kept_bytes(), 0u);
}

TEST_F(View, TellsAUsersLastRecordUntilItIsProjected) {
    EXPECT_FALSE(view.last_kept(user));
    view.tailed(at(0, first));
    view.tailed(at(1, second));
    EXPECT_EQ(view.last_kept(user), Offset(1));
    EXPECT_FALSE(view.last_kept(UserId("bob")));
    view.prune(NextOffset(1));
    EXPECT_EQ(view.last_kept(user), Offset(1));
    view.prune(NextOffset(2));
    EXPECT_FALSE(view.last_kept(user));
}

TEST_F(View, CallsAGapInATrackedStreamBroken) {
    track(view);
    view.tailed(at(0, second));
    EXPECT_EQ(said_by(view), Lines{"broken"});
}

TEST_F(View, CallsTheNextNumberWithAnotherPredecessorBroken) {
    track(view);
    view.tailed(at(0, rival));
    view.tailed(at(1, second));
    EXPECT_EQ(said_by(view), (Lines{"0 rival belongs", "broken"}));
}

TEST_F(View, SkipsWhatIsNoEventOfOurs) {
    track(view);
    view.tailed(at(0, std::make_shared<const Record>(Record{"ada", {}, "hello"})));
    view.tailed(at(1, first));
    EXPECT_EQ(said_by(view), (Lines{"foreign", "1 first belongs"}));
}

TEST_F(View, SeesACutInAnOffsetThatIsSkipped) {
    view.tailed(at(1, first));
    EXPECT_EQ(said_by(view), Lines{"cut"});
}

TEST_F(View, SeesACutInAnotherRecordAtAKnownOffset) {
    view.tailed(at(0, first));
    view.tailed(at(0, first));
    EXPECT_EQ(said_by(view), Lines{"0 first untracked"});
    view.tailed(at(0, rival));
    EXPECT_EQ(said_by(view), Lines{"cut"});
}

TEST_F(View, SeesACutWhenOurRecordIsNotWhereItWasDelivered) {
    track(view);
    view.sent(link_of(first), first);
    view.tailed(at(0, rival));
    view.delivered(link_of(first).id, Offset(0));
    EXPECT_EQ(said_by(view), (Lines{"0 rival belongs", "cut"}));
}

TEST_F(View, SeesACutWhenTheTailFindsAnotherRecordWhereOursWasDelivered) {
    track(view);
    view.sent(link_of(second), second);
    view.delivered(link_of(second).id, Offset(1));
    view.tailed(at(0, first));
    view.tailed(at(1, rival));
    EXPECT_EQ(said_by(view), (Lines{"0 first belongs", "1 second belongs own", "cut"}));
}

TEST_F(View, ComparesTheRecordBeforeItsCheckpoint) {
    PartitionView resumed(Checkpoint{NextOffset(1), link_of(first).id});
    resumed.tailed(at(0, first));
    EXPECT_EQ(said_by(resumed), Lines{});
    resumed.tailed(at(0, rival));
    EXPECT_EQ(said_by(resumed), Lines{"cut"});
}

TEST_F(View, SettlesNothingAfterAReconnectUntilTheLastKnownRecordIsSeenAgain) {
    track(view);
    view.tailed(at(0, first));
    view.reconnected();
    view.sent(link_of(second), second);
    view.delivered(link_of(second).id, Offset(1));
    EXPECT_EQ(said_by(view), Lines{"0 first belongs"});
    view.tailed(at(0, first));
    EXPECT_EQ(said_by(view), Lines{"1 second belongs own"});
}

TEST_F(View, SeesACutThatGrewAgainWhileItWasAway) {
    track(view);
    view.tailed(at(0, first));
    view.reconnected();
    view.sent(link_of(second), second);
    view.delivered(link_of(second).id, Offset(1));
    view.tailed(at(0, rival));
    EXPECT_EQ(said_by(view), (Lines{"0 first belongs", "cut"}));
}

TEST_F(View, BelievesNoReportFromBeforeTheConnectionBroke) {
    track(view);
    view.sent(link_of(second), second);
    view.delivered(link_of(second).id, Offset(1));  // then a cut removes it, and another's record stands there
    view.reconnected();
    view.tailed(at(0, first));
    EXPECT_EQ(said_by(view), Lines{"0 first belongs"});
}

TEST_F(View, PassesNoReportWhileEvenAnEmptyLogIsInDoubt) {
    track(view);
    view.reconnected();
    view.sent(link_of(first), first);
    view.delivered(link_of(first).id, Offset(0));
    EXPECT_EQ(said_by(view), Lines{});
    view.tailed(at(0, first));
    EXPECT_EQ(said_by(view), Lines{"0 first belongs own"});
}

TEST_F(View, HasNothingToDoubtInAnEmptyLog) {
    track(view);
    view.reconnected();
    view.seen_empty();
    view.sent(link_of(first), first);
    view.delivered(link_of(first).id, Offset(0));
    EXPECT_EQ(said_by(view), Lines{"0 first belongs own"});
}

TEST_F(View, SaysNothingAfterACut) {
    view.tailed(at(1, first));
    view.tailed(at(0, first));
    EXPECT_EQ(said_by(view), Lines{"cut"});
}

// Two writers that retry, reports that come late or never, copies, a tail that lags: whatever the schedule, an own
// record is said to belong if and only if the fold of the log says so, offsets pass in order, and nothing looks like a
// cut.
TEST(PartitionView, AgreesWithAFoldOfTheLogOnEverySchedule) {
    for (unsigned seed = 0; seed < 3000; ++seed) {
        std::mt19937 random(seed);
        const auto chance = [&](unsigned percent) { return random() % 100 < percent; };
        const std::vector<UserId> users{UserId("a"), UserId("b"), UserId("c")};
        std::vector<std::shared_ptr<const Record>> log;
        PartitionView view{Checkpoint{}};
        std::map<EventId, std::shared_ptr<const Record>> in_flight;  // own
        std::vector<std::shared_ptr<const Record>> wandering;        // sent by anyone, not stored yet
        std::vector<std::pair<EventId, Offset>> reports;
        std::map<EventId, bool> answered;
        std::vector<PartitionView::Passed> belonging;
        for (const UserId& who : users) ASSERT_TRUE(view.track(who, {}, NextOffset(0), belonging));
        std::int64_t tail = 0;
        std::int64_t last_passed = -1;
        int made = 0;

        const auto fold_head = [&](const UserId& who) {
            StreamHead head;
            for (const auto& stored : log) {
                if (stored->key != who.value()) continue;
                const Link link = link_of(stored);
                if (place(head, link) == Placement::belongs) head = head_after(link);
            }
            return head;
        };
        const auto make = [&](const UserId& who, const StreamHead& head) {
            const std::string name = std::to_string(made++);
            Recorded recorded{Envelope{.id = id_of<EventId>(name),
                                       .user = who,
                                       .session = id("s"),
                                       .time = start,
                                       .sequence = head.sequence.next(),
                                       .previous = head.id,
                                       .causes = {}},
                              SessionRenamed{id("s"), name}};
            return std::make_shared<const Record>(encode(recorded));
        };
        const auto listen = [&] {
            for (const auto& output : view.take()) {
                const auto* passed = std::get_if<PartitionView::Passed>(&output);
                ASSERT_TRUE(passed) << "seed " << seed;
                ASSERT_EQ(passed->offset.value(), ++last_passed) << "seed " << seed;
                if (!passed->own) continue;
                ASSERT_FALSE(answered.contains(passed->link.id));
                answered[passed->link.id] = passed->standing == Standing::belongs;
                in_flight.erase(passed->link.id);
            }
        };

        for (int step = 0; step < 300; ++step) {
            const UserId& who = users[random() % users.size()];
            switch (random() % 7) {
                case 0: {  // an own command, one in flight for each user
                    bool busy = false;
                    for (const auto& [event, sent] : in_flight) busy |= sent->key == who.value();
                    if (busy) break;
                    auto mine = make(who, *view.head(who));
                    view.sent(link_of(mine), mine);
                    in_flight.emplace(link_of(mine).id, mine);
                    wandering.push_back(mine);
                    break;
                }
                case 1:  // another process, which knows the whole log
                    if (chance(50)) wandering.push_back(make(who, fold_head(who)));
                    break;
                case 2: {  // something is stored, maybe twice, maybe never
                    if (wandering.empty()) break;
                    const auto pick = wandering.begin() + static_cast<long>(random() % wandering.size());
                    log.push_back(*pick);
                    const EventId stored = link_of(*pick).id;
                    if (in_flight.contains(stored) && chance(70)) {
                        reports.emplace_back(stored, Offset(static_cast<std::int64_t>(log.size()) - 1));
                    }
                    if (!chance(20)) wandering.erase(pick);
                    break;
                }
                case 3:  // unknown outcome: the same record again
                    if (!in_flight.empty() && chance(30)) wandering.push_back(in_flight.begin()->second);
                    break;
                case 4:
                    if (!reports.empty()) {
                        const auto pick = reports.begin() + static_cast<long>(random() % reports.size());
                        view.delivered(pick->first, pick->second);
                        reports.erase(pick);
                    }
                    break;
                case 5:
                    for (auto lag = random() % 4; lag-- > 0 && tail < static_cast<std::int64_t>(log.size()); ++tail) {
                        view.tailed(at(tail, log[static_cast<std::size_t>(tail)]));
                    }
                    break;
                default:
                    if (chance(10) && tail > 0) tail -= 1;  // a reconnect reads the last one again
                    if (chance(20)) view.prune(NextOffset(std::min(tail, view.next().value())));
            }
            ASSERT_NO_FATAL_FAILURE(listen());
        }
        std::map<std::string, StreamHead> heads;
        std::map<EventId, bool> truth;
        for (const auto& stored : log) {
            const Link link = link_of(stored);
            const bool belongs = place(heads[stored->key], link) == Placement::belongs;
            if (belongs) heads[stored->key] = head_after(link);
            truth[link.id] |= belongs;
        }
        for (const auto& [event, belongs] : answered) ASSERT_EQ(truth[event], belongs) << "seed " << seed;
    }
}

}  // namespace chat::given
