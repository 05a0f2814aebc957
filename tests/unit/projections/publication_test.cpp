#include "projections/publication.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/projections/user_events.hpp"

namespace chat::test {
namespace {

const TextHash shout = [](std::string_view text) { return "#" + std::string(text) + "#"; };

Publication select(const Partition0& partition, PublicTexts texts = PublicTexts::full, const KnownStreams& known = {}) {
    return select_public(partition.records(), known, texts, shout);
}

TEST(Publication, HoldsWhatBelongsInItsOrder) {
    UserEvents ann("ann"), bob("bob");
    Partition0 partition;
    partition.put(ann.next(created(session(1))));
    partition.put(bob.next(created(session(2), UserId("bob"))));
    const StreamHead before = ann.head();
    partition.put(ann.next(added(session(1), message(1))));
    const StreamHead won = ann.head();
    ann.rewind(before);
    partition.put(ann.next(added(session(1), message(2))));  // came second
    ann.rewind(won);
    partition.put(Record{"x", {}, "of somebody else"});
    partition.put(ann.next(added(session(1), message(3))));

    const Publication publication = select(partition);
    ASSERT_EQ(publication.events.size(), 4u);
    const std::vector<std::size_t> belong{0, 1, 2, 5};
    for (std::size_t i = 0; i < belong.size(); ++i)
        EXPECT_EQ(publication.events[i].record, partition.records()[belong[i]].record) << "the very same record";
    EXPECT_EQ(publication.counts, (BatchCounts{4, 1, 1, 0}));
    EXPECT_EQ(publication.next.next_offset, NextOffset(6));
    EXPECT_EQ(publication.streams.at(UserId("ann")).head, ann.head());
}

TEST(Publication, ComesToTheSameForAnySplit) {
    UserEvents ann("ann");
    Partition0 partition;
    partition.put(ann.next(created(session(1))));
    for (std::uint64_t i = 0; i < 6; ++i) {
        const StreamHead before = ann.head();
        partition.put(ann.next(added(session(1), message(i))));
        const StreamHead won = ann.head();
        ann.rewind(before);
        partition.put(ann.next(added(session(1), message(100 + i))));
        ann.rewind(won);
    }
    const std::span<const StoredRecord> all(partition.records());
    const Publication whole = select(partition);
    for (std::size_t split = 1; split < all.size(); ++split) {
        Publication first = select_public(all.first(split), {}, PublicTexts::full, shout);
        const Publication second = select_public(all.subspan(split), first.streams, PublicTexts::full, shout);
        for (const PublicEvent& event : second.events) first.events.push_back(event);
        ASSERT_EQ(first.events.size(), whole.events.size());
        for (std::size_t i = 0; i < whole.events.size(); ++i) EXPECT_EQ(first.events[i].id, whole.events[i].id);
    }
}

TEST(Publication, HoldsAStreamWithAGapBack) {
    UserEvents ann("ann"), bob("bob");
    Partition0 partition;
    partition.put(ann.next(created(session(1))));
    ann.next(added(session(1), message(1)));  // lost
    partition.put(ann.next(added(session(1), message(2))));
    partition.put(ann.next(added(session(1), message(3))));
    partition.put(bob.next(created(session(2), UserId("bob"))));
    const Publication publication = select(partition);
    EXPECT_EQ(publication.counts, (BatchCounts{2, 0, 0, 2}));
    ASSERT_EQ(publication.broken.size(), 1u);
    EXPECT_EQ(publication.broken[0].user, UserId("ann"));
    EXPECT_EQ(publication.streams.at(UserId("ann")).quarantined_at, Offset(1));
}

TEST(PublicRecord, KeepsKeyHeadersAndEverythingButTheTexts) {
    UserEvents ann("ann");
    SessionCreated creation = created(session(1));
    creation.first_message = FirstMessage{message(1), "hello"};
    for (const Recorded& recorded :
         {ann.next(creation), ann.next(SessionRenamed{session(1), "a name"}),
          ann.next(SessionRenamed{session(1), "a name", "a title"}), ann.next(added(session(1), message(2))),
          ann.next(SessionDeleted{session(1)}), ann.next(SessionRestored{session(1), session(2)})}) {
        const auto record =
            std::make_shared<const Record>(with_header(encode(recorded), "ce_tenant", "a header that is new to us"));
        for (const PublicTexts texts : {PublicTexts::hashed, PublicTexts::left_out}) {
            const auto other = public_record(record, recorded, texts, shout);
            EXPECT_EQ(other->key, record->key);
            EXPECT_EQ(other->headers, record->headers);
        }
        EXPECT_EQ(public_record(record, recorded, PublicTexts::left_out, {})->value,
                  encode(recorded, Texts::left_out).value);
    }
}

TEST(PublicRecord, HashesEachTextAndNothingElse) {
    UserEvents ann("ann");
    SessionCreated creation = created(session(1));
    creation.first_message = FirstMessage{message(1), "hello"};
    const Recorded recorded = ann.next(creation);
    const auto record = std::make_shared<const Record>(encode(recorded));
    const auto decoded = decode(*public_record(record, recorded, PublicTexts::hashed, shout));
    ASSERT_TRUE(decoded);
    creation.title = "#a title#";
    creation.first_message->content = "#hello#";
    EXPECT_EQ(decoded->event, Event(creation));
}

}  // namespace
}  // namespace chat::test
