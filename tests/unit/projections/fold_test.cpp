#include "projections/fold.hpp"

#include <gtest/gtest.h>

#include <random>

#include "tests/unit/projections/fake_read_model.hpp"
#include "tests/unit/projections/user_events.hpp"

namespace chat::test {
namespace {

const UserId ann("ann");

Folded fold_all(const Partition0& log, const KnownStreams& known = {}) { return fold(log.records(), known); }

TEST(Fold, AppliesWhatBelongsAndMovesTheStream) {
    UserEvents events("ann");
    Partition0 log;
    log.put(events.next(created(session(1))));
    log.put(events.next(added(session(1), message(1))));
    const Folded folded = fold_all(log);
    EXPECT_EQ(folded.batch.events, 2);
    EXPECT_EQ(folded.batch.messages.size(), 1u);
    EXPECT_EQ(folded.batch.streams.at(ann), (StreamStatus{events.head(), at(2)}));
    EXPECT_EQ(folded.next, (Checkpoint{NextOffset(2), events.head().id}));
}

TEST(Fold, ContinuesFromWhereTheStreamWasKnownToStand) {
    UserEvents events("ann");
    events.next(created(session(1)));
    const KnownStreams known{{ann, StreamStatus{events.head(), at(1)}}};
    Partition0 log;
    log.put(events.next(added(session(1), message(1))));
    EXPECT_EQ(fold_all(log, known).batch.events, 1);
}

TEST(Fold, CountsLostRacesAndSecondCopiesAndSkipsThem) {
    UserEvents events("ann");
    Partition0 log;
    const Recorded first = events.next(created(session(1)));
    log.put(first);
    log.put(first);
    events.rewind({});
    log.put(events.next(created(session(2))));
    const Folded folded = fold_all(log);
    EXPECT_EQ(folded.batch.events, 1);
    EXPECT_EQ(folded.batch.voids, 2);
    EXPECT_EQ(folded.batch.sessions.all().size(), 1u);
    EXPECT_EQ(folded.next.last, events.head().id) << "a checkpoint remembers void records too";
}

TEST(Fold, SkipsAndTellsOfRecordsThatAreNoEventOfOurs) {
    Partition0 log;
    log.put(Record{"ann", {}, "noise"});
    const Folded folded = fold_all(log);
    EXPECT_EQ(folded.batch.foreign, 1);
    ASSERT_EQ(folded.foreign.size(), 1u);
    EXPECT_EQ(folded.foreign.front().offset, Offset(0));
    EXPECT_NE(folded.foreign.front().why.find("ce_id"), std::string::npos) << folded.foreign.front().why;
    EXPECT_EQ(folded.next, (Checkpoint{NextOffset(1), std::nullopt}));
    EXPECT_TRUE(folded.batch.streams.empty());
}

TEST(Fold, LetsNoKeyThroughThatTheDatabaseWouldRefuse) {
    UserEvents events("ann");
    Record record = encode(events.next(created(session(1))));
    Partition0 log;
    for (const std::string& key : {std::string("a\0b", 3), std::string("\xff"), std::string(256, 'x'), std::string()}) {
        record.key = key;
        log.put(record);
    }
    EXPECT_TRUE(users_of(log.records()).empty());
    EXPECT_EQ(fold_all(log).batch.foreign, 4);
}

TEST(Fold, QuarantinesAStreamWithAGapAndHoldsWhatComesAfter) {
    UserEvents events("ann");
    UserEvents others("bob");
    Partition0 log;
    log.put(events.next(created(session(1))));
    const StreamHead before_gap = events.head();
    events.next(added(session(1), message(1)));  // never reaches the log
    const Offset gap = log.put(events.next(added(session(1), message(2))));
    log.put(events.next(added(session(1), message(3))));
    log.put(others.next(created(session(2), UserId("bob"))));
    const Folded folded = fold_all(log);
    const StreamStatus& stream = folded.batch.streams.at(ann);
    EXPECT_EQ(stream.head, before_gap);
    EXPECT_EQ(stream.quarantined_at, gap);
    EXPECT_NE(stream.quarantine_reason.find("event 3"), std::string::npos) << stream.quarantine_reason;
    EXPECT_NE(stream.quarantine_reason.find("stands at event 1"), std::string::npos) << stream.quarantine_reason;
    ASSERT_EQ(folded.broken.size(), 1u);
    EXPECT_EQ(folded.broken.front(), (BrokenStream{ann, gap, stream.quarantine_reason}));
    EXPECT_EQ(folded.held, 1);
    EXPECT_EQ(folded.batch.events, 2) << "the rest of the partition goes on";
    EXPECT_TRUE(folded.batch.messages.empty());
}

TEST(Fold, QuarantinesAStreamWhoseNextEventFollowsAnother) {
    UserEvents events("ann");
    Partition0 log;
    log.put(events.next(created(session(1))));
    events.rewind({Sequence(1), id<EventId>(4711)});
    const Offset wrong = log.put(events.next(added(session(1), message(1))));
    EXPECT_EQ(fold_all(log).batch.streams.at(ann).quarantined_at, wrong);
}

TEST(Fold, NeverSkipsAnEventThatBelongsButIsNotUnderstood) {
    UserEvents events("ann");
    Partition0 log;
    log.put(events.next(created(session(1))));
    const StreamHead understood = events.head();
    const Record newer =
        with_header(encode(events.next(SessionRenamed{session(1), "t"})), "ce_type", "chat.session.renamed.v9");
    const Offset unknown = log.put(newer);
    log.put(events.next(added(session(1), message(1))));
    const Folded folded = fold_all(log);
    const StreamStatus& stream = folded.batch.streams.at(ann);
    EXPECT_EQ(stream.head, understood);
    EXPECT_EQ(stream.quarantined_at, unknown);
    EXPECT_NE(stream.quarantine_reason.find("chat.session.renamed.v9"), std::string::npos);
    EXPECT_EQ(folded.held, 1);
    EXPECT_TRUE(folded.batch.messages.empty());
}

TEST(Fold, DoesNotMindAnUnknownTypeThatLostItsRace) {
    UserEvents events("ann");
    Partition0 log;
    log.put(events.next(created(session(1))));
    events.rewind({});
    log.put(with_header(encode(events.next(SessionRenamed{session(1), "t"})), "ce_type", "chat.session.renamed.v9"));
    const Folded folded = fold_all(log);
    EXPECT_EQ(folded.batch.voids, 1);
    EXPECT_FALSE(folded.batch.streams.at(ann).quarantined_at);
}

TEST(Fold, QuotesTheLogOnlyInBytesThatTextColumnsTake) {
    UserEvents events("ann");
    Partition0 log;
    log.put(with_header(encode(events.next(created(session(1)))), "ce_type",
                        std::string("\xff\0\n", 3) + std::string(900, 'x')));
    const std::string reason = fold_all(log).batch.streams.at(ann).quarantine_reason;
    EXPECT_LT(reason.size(), 600u);
    EXPECT_TRUE(std::ranges::all_of(reason, [](char c) { return c >= ' ' && c <= '~'; })) << reason;
}

TEST(Fold, AppliesNothingOfAStreamThatIsQuarantinedAlready) {
    UserEvents events("ann");
    const StreamStatus quarantined{{}, {}, Offset(7), "a gap"};
    Partition0 log;
    log.put(events.next(created(session(1))));
    const Folded folded = fold_all(log, {{ann, quarantined}});
    EXPECT_EQ(folded.held, 1);
    EXPECT_EQ(folded.batch.events, 0);
    EXPECT_TRUE(folded.batch.streams.empty());
}

TEST(Fold, NamesEachUserOfARunOnce) {
    UserEvents events("ann");
    UserEvents others("bob");
    Partition0 log;
    log.put(events.next(created(session(1))));
    log.put(others.next(created(session(2), UserId("bob"))));
    log.put(events.next(added(session(1), message(1))));
    log.put(Record{"eve", {}, ""});
    EXPECT_EQ(users_of(log.records()), (std::vector<UserId>{ann, UserId("bob")}));
}

/// A user with the sessions that their stream has made.
struct Author {
    UserEvents events;
    std::vector<SessionId> sessions;

    Event next_event(std::mt19937& random, std::uint64_t number) {
        const auto any = [&] { return sessions[random() % sessions.size()]; };
        const unsigned choice = sessions.empty() ? 0 : static_cast<unsigned>(random() % 8);
        switch (choice) {
            case 0:
                sessions.push_back(session(number));
                return created(sessions.back(), events.user());
            case 1:
                return SessionRenamed{any(), "title " + std::to_string(number)};
            case 2:
                return SessionRestored{any(), any()};
            case 3:
                return SessionDeleted{any()};
            default:
                return added(any(), message(number));
        }
    }
};

/// A partition as a rough life leaves it: several users, lost races, second copies, foreign records, and now and then a
/// gap or an event that is not understood.
Partition0 random_log(std::mt19937& random) {
    const auto one_in = [&](unsigned bound) { return random() % bound == 0; };
    std::vector<Author> authors;
    for (int user = 0; user < 6; ++user) authors.push_back({UserEvents("user" + std::to_string(user)), {}});
    Partition0 log;
    for (std::uint64_t number = 1; number <= 150; ++number) {
        Author& author = authors[random() % authors.size()];
        const StreamHead before = author.events.head();
        Record record = encode(author.events.next(author.next_event(random, number)));
        if (one_in(100)) continue;  // a gap
        if (one_in(100)) record = with_header(record, "ce_type", "chat.other.v1");
        log.put(record);
        if (one_in(10)) log.put(record);
        if (one_in(20)) log.put(Record{author.events.user().value(), {}, "noise"});
        if (one_in(10)) {
            const StreamHead winner = author.events.head();
            author.events.rewind(before);
            log.put(author.events.next(SessionRenamed{author.sessions.front(), "too late"}));
            author.events.rewind(winner);
        }
    }
    return log;
}

TEST(Fold, ComesToTheSameForAnySplitOfARun) {
    for (unsigned seed = 1; seed <= 100; ++seed) {
        std::mt19937 random(seed);
        const Partition0 log = random_log(random);
        const auto& records = log.records();

        Tables whole;
        const Folded at_once = fold(records, {});
        whole.add(at_once.batch);

        Tables pieces;
        std::int64_t held = 0;
        std::size_t broken = 0;
        Checkpoint next;
        for (std::size_t from = 0; from < records.size();) {
            const std::size_t size = std::min<std::size_t>(1 + random() % 17, records.size() - from);
            const Folded part = fold(std::span(records).subspan(from, size),
                                     KnownStreams(pieces.streams.begin(), pieces.streams.end()));
            pieces.add(part.batch);
            held += part.held;
            broken += part.broken.size();
            next = part.next;
            from += size;
        }
        ASSERT_EQ(pieces, whole) << "seed " << seed;
        ASSERT_EQ(held, at_once.held) << "seed " << seed;
        ASSERT_EQ(broken, at_once.broken.size()) << "seed " << seed;
        ASSERT_EQ(next, at_once.next) << "seed " << seed;
    }
}

}  // namespace
}  // namespace chat::test
