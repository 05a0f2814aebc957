#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "events/checkpoint.hpp"
#include "events/event.hpp"
#include "events/record.hpp"
#include "events/stream_order.hpp"

namespace chat {

/// What one process knows of one partition's order, and so of which records belong: the log decides, this only finds
/// out what it decided. Knows no log client, thread or clock. It is told what was sent, what was delivered where and
/// what the tail read, in any order that a log with retries can produce, and answers in offset order.
///
/// Everything below `next()` is known: read by the tail, or an own record that was delivered there. A record passes
/// when the known prefix reaches it; only then is it settled whether it belongs.
///
/// After `Cut` the view is worth nothing: drop it and replay from a checkpoint.
class PartitionView {
public:
    using RecordPointer = std::shared_ptr<const Record>;

    enum class Standing {
        belongs,
        void_,      // lost the race, or a second copy
        untracked,  // of a user whose head is not known here, or is known from further on
    };

    /// A record's turn has come.
    struct Passed {
        Offset offset;
        RecordPointer record;
        Link link;
        Standing standing{};
        bool own = false;  // given to `sent` and not withdrawn; said once for each
    };
    /// A record of a tracked user that neither follows nor is void: evidence of a cut, or of damage before `next()`.
    /// The user is not tracked any more.
    struct Broken {
        Offset offset;
        UserId user;
        std::string why;
    };
    /// Not an event of ours: no link to read. Skipped.
    struct Foreign {
        Offset offset;
        std::string why;
    };
    /// The log is not the one that was read before.
    struct Cut {
        std::string evidence;
    };
    using Output = std::variant<Passed, Broken, Foreign, Cut>;

    /// Begins where the read model's checkpoint stands; the record before it is remembered by its id.
    explicit PartitionView(const Checkpoint& start);

    /// The first offset that is not known.
    NextOffset next() const { return next_; }

    // Own records. `sent` comes before the append; the id is the link's.
    void sent(const Link& link, RecordPointer record);
    void delivered(EventId id, Offset offset);
    /// No longer waited for, whatever becomes of it. Its copies pass like anybody's.
    void withdraw(EventId id);

    // The tail, offset by offset. Below `next()` it only compares.
    void tailed(const StoredRecord& stored);

    /// The log was out of sight and may have been cut, and may have grown again: nothing passes until the tail has read
    /// the last known record once more, at `next() - 1`. What was delivered above `next()` may not be there any more:
    /// only the tail tells.
    void reconnected();
    /// The log was seen to be empty: if nothing is known of it, that is no doubt any more.
    void seen_empty() { doubted_ = doubted_ && next_ > NextOffset(0); }
    /// Nothing may be decided on this view now.
    bool doubted() const { return doubted_; }

    /// What happened since the last call, in order. Nothing comes after a Cut.
    std::vector<Output> take();

    /// The user's head is `head` when everything below `applied` is applied. Gives the kept records above that belong,
    /// in order, to fold; from then on the user's records are placed as they pass. False: records that are needed were
    /// pruned; load again.
    bool track(const UserId& user, const StreamHead& head, NextOffset applied, std::vector<Passed>& belonging);
    void untrack(const UserId& user) { tracked_.erase(user); }
    std::vector<UserId> tracked() const;
    /// Nothing if the user is not tracked.
    std::optional<StreamHead> head(const UserId& user) const;

    /// The user's last record at or above what was pruned; nothing if there is none.
    std::optional<Offset> last_kept(const UserId& user) const;

    /// Where the event is among the user's records that are not pruned; nothing if it is not there.
    std::optional<Offset> kept_at(const UserId& user, EventId id) const;

    /// False: what was read at `next_offset - 1` is not what the checkpoint remembers of it. `next_offset` is at most
    /// `next()`.
    bool agrees(const Checkpoint& checkpoint) const;

    /// Everything below is in the read model. A pin holds back the pruning while a load is under way: what was pruned
    /// when it began is in its snapshot, what is pruned during it may not be.
    void prune(NextOffset applied);
    [[nodiscard]] NextOffset pin();
    void unpin(NextOffset pin);

    std::size_t kept_records() const { return kept_order_.size(); }
    std::size_t kept_bytes() const { return kept_bytes_; }

private:
    struct Own {
        Link link;
        RecordPointer record;
    };
    struct Kept {
        Offset offset;
        RecordPointer record;
        Link link;
    };
    struct Tracked {
        StreamHead head;
        NextOffset applied;  // records below are in the head already
    };
    using KeptOfUser = std::unordered_map<UserId, std::deque<Kept>>;

    void pass(Offset offset, RecordPointer record, const Result<Link, DecodeError>& link);
    void pass_delivered();
    void keep(Offset offset, RecordPointer record, const Link& link, const UserId& user);
    void cut(std::string evidence);
    void remember(const std::optional<EventId>& id);
    /// The id at a known offset: outer nothing if it is no longer remembered.
    std::optional<std::optional<EventId>> known(Offset offset) const;
    void drop_pruned();

    NextOffset next_;
    NextOffset applied_;    // to the read model, as far as is known: what may be pruned
    NextOffset kept_from_;  // what was pruned: less while a pin holds it back
    std::multiset<NextOffset> pins_;
    bool cut_ = false;
    bool doubted_ = false;

    std::deque<std::optional<EventId>> ids_;  // of the known offsets just below next_
    std::unordered_map<EventId, Own> sent_;   // not passed, not withdrawn
    std::map<Offset, EventId> ahead_;         // own, delivered above next_
    std::unordered_map<UserId, Tracked> tracked_;
    KeptOfUser kept_;
    std::deque<std::pair<Offset, KeptOfUser::pointer>> kept_order_;
    std::size_t kept_bytes_ = 0;
    std::vector<Output> outputs_;
};

}  // namespace chat
