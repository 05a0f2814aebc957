#pragma once

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "events/event.hpp"
#include "events/record.hpp"
#include "projections/stream_status.hpp"

namespace chat {

/// A record that is no event of ours.
struct ForeignRecord {
    Offset offset;
    std::string why;

    bool operator==(const ForeignRecord&) const = default;
};

/// A stream that stopped being read in this run.
struct BrokenStream {
    UserId user;
    Offset offset;
    std::string why;

    bool operator==(const BrokenStream&) const = default;
};

struct VoidRecord {};  // a lost race, or a second copy
struct HeldRecord {};  // of a stream that is quarantined: not judged

/// What a record is to its user's stream. `Recorded`: it belongs, and this is its event.
using Judgement = std::variant<Recorded, VoidRecord, HeldRecord, ForeignRecord, BrokenStream>;

/// Tells the records of a run that belong to their streams from the others, in the partition's order. A stream in which
/// a record does not follow, or belongs but is not understood (a newer type, damaged data), is quarantined there: going
/// on with what comes after would build on a gap. Pure; any split of a run comes to the same as the whole.
class StreamJudge {
public:
    /// Holds on to `known`. `changed`: what an earlier part of the run left; it goes before `known`.
    explicit StreamJudge(const KnownStreams& known, KnownStreams changed = {})
        : known_(known), changed_(std::move(changed)) {}

    Judgement judge(const StoredRecord& stored);

    /// Every user with a record that belonged, or broke, as the run left them. Ends the run.
    KnownStreams take_streams() { return std::move(changed_); }

private:
    /// Where it stood before the run.
    const StreamStatus& before(const UserId& user) const;
    Judgement take(const StoredRecord& stored, const UserId& user, StreamStatus& stream, const Link& link);

    const KnownStreams& known_;
    KnownStreams changed_;
};

/// Every user that the run may have an event of, each once: whose streams must be known to judge it.
std::vector<UserId> users_of(std::span<const StoredRecord> records);

/// Which event a record of the log is: what a checkpoint remembers of the record before it. Nothing if it is none.
std::optional<EventId> event_id_of(const Record& record);

}  // namespace chat
