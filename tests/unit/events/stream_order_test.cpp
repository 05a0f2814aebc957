#include "events/stream_order.hpp"

#include <gtest/gtest.h>

namespace chat {
namespace {

EventId id(std::uint8_t number) {
    Uuid uuid;
    uuid.bytes[15] = number;
    return EventId(uuid);
}

const StreamHead nothing;
const StreamHead third{Sequence(3), id(3)};

TEST(StreamOrder, TheFirstEventBelongsToAnEmptyStream) {
    EXPECT_EQ(place(nothing, {id(1), Sequence(1), {}}), Placement::belongs);
}

TEST(StreamOrder, TheNextLinkedEventBelongs) {
    EXPECT_EQ(place(third, {id(4), Sequence(4), id(3)}), Placement::belongs);
}

TEST(StreamOrder, WhatIsNotAboveTheLastIsVoid) {
    EXPECT_EQ(place(third, {id(9), Sequence(3), id(2)}), Placement::void_);  // lost the race
    EXPECT_EQ(place(third, {id(3), Sequence(3), id(2)}), Placement::void_);  // a second copy
    EXPECT_EQ(place(third, {id(1), Sequence(1), {}}), Placement::void_);
}

TEST(StreamOrder, AGapOrAnotherPreviousIsBroken) {
    EXPECT_EQ(place(third, {id(5), Sequence(5), id(4)}), Placement::broken);
    EXPECT_EQ(place(third, {id(4), Sequence(4), id(9)}), Placement::broken);
    EXPECT_EQ(place(third, {id(4), Sequence(4), {}}), Placement::broken);
    EXPECT_EQ(place(nothing, {id(2), Sequence(2), id(1)}), Placement::broken);
    EXPECT_EQ(place(nothing, {id(1), Sequence(1), id(9)}), Placement::broken);
}

TEST(StreamOrder, TheHeadMovesToWhatBelongs) {
    EXPECT_EQ(head_after({id(4), Sequence(4), id(3)}), (StreamHead{Sequence(4), id(4)}));
}

}  // namespace
}  // namespace chat
