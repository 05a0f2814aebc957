#pragma once

#include <optional>

#include "events/ids.hpp"

namespace chat {

/// The last event that belongs to a stream: its number and id. Sequence 0 and no id: nothing belongs yet.
struct StreamHead {
    Sequence sequence;
    std::optional<EventId> id;

    bool operator==(const StreamHead&) const = default;
};

/// What a record says of its place in its user's stream.
struct Link {
    EventId id;
    Sequence sequence;
    std::optional<EventId> previous;

    bool operator==(const Link&) const = default;
};

enum class Placement {
    belongs,  // next and linked
    void_,    // not above the last: a lost race, or a second copy
    broken,   // a gap, or the next number with another previous: the log was cut, or is another log
};

/// The rule that makes one history of a log in which anyone may append: the log decides. Every reader applies it, in
/// the partition's order.
constexpr Placement place(const StreamHead& head, const Link& link) {
    if (link.sequence <= head.sequence) return Placement::void_;
    if (link.sequence == head.sequence.next() && link.previous == head.id) return Placement::belongs;
    return Placement::broken;
}

constexpr StreamHead head_after(const Link& link) { return {link.sequence, link.id}; }

}  // namespace chat
