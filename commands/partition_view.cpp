#include "commands/partition_view.hpp"

#include <algorithm>
#include <utility>

namespace chat {

namespace {

// Ids remembered below the kept records, so that a late report or a reconnect finds what to compare with.
constexpr std::size_t remembered_ids = 4096;

std::string say(const std::optional<EventId>& id) { return id ? to_string(*id) : "no event of ours"; }

std::string at(Offset offset) { return " at offset " + std::to_string(offset.value()); }

}  // namespace

PartitionView::PartitionView(const Checkpoint& start)
    : next_(start.next_offset), applied_(start.next_offset), kept_from_(start.next_offset) {
    if (next_ > NextOffset(0)) ids_.push_back(start.last);
}

void PartitionView::sent(const Link& link, RecordPointer record) {
    sent_.insert_or_assign(link.id, Own{link, std::move(record)});
}

void PartitionView::withdraw(EventId id) {
    sent_.erase(id);
    std::erase_if(ahead_, [&](const auto& entry) { return entry.second == id; });
}

void PartitionView::delivered(EventId id, Offset offset) {
    if (cut_) return;
    if (offset.value() < next_.value()) {
        const auto there = known(offset);
        if (there && *there != id) {
            cut("the log says that our event " + to_string(id) + " was stored" + at(offset) + ", where we know " +
                say(*there));
        }
        return;
    }
    if (!sent_.contains(id)) return;
    ahead_.insert_or_assign(offset, id);
    pass_delivered();
}

void PartitionView::reconnected() {
    doubted_ = true;
    ahead_.clear();
}

void PartitionView::tailed(const StoredRecord& stored) {
    if (cut_) return;
    const auto link = decode_link(*stored.record);
    const std::optional<EventId> id = link ? std::optional(link->id) : std::nullopt;
    if (stored.offset.value() > next_.value()) {
        cut("the log goes on" + at(stored.offset) + ", but we know it only below " + std::to_string(next_.value()));
        return;
    }
    if (stored.offset.value() < next_.value()) {
        const auto there = known(stored.offset);
        if (there && *there != id) {
            cut("the log has " + say(id) + at(stored.offset) + ", where we know " + say(*there));
        } else if (after(stored.offset) == next_) {
            doubted_ = false;
            pass_delivered();
        }
        return;
    }
    if (next_ == NextOffset(0)) doubted_ = false;  // nothing was known before: there is nothing to compare
    if (const auto own = ahead_.find(stored.offset); own != ahead_.end()) {
        if (own->second != id) {
            cut("the log has " + say(id) + at(stored.offset) + ", where it said to have stored our event " +
                to_string(own->second));
            return;
        }
        ahead_.erase(own);
    }
    pass(stored.offset, stored.record, link);
    pass_delivered();
}

void PartitionView::pass_delivered() {
    while (!cut_ && !doubted_ && !ahead_.empty() && ahead_.begin()->first.value() == next_.value()) {
        const auto [offset, id] = *ahead_.begin();
        ahead_.erase(ahead_.begin());
        const auto own = sent_.find(id);
        if (own == sent_.end()) return;  // a second copy of what has passed: the tail will bring it
        pass(offset, own->second.record, Link(own->second.link));
    }
}

void PartitionView::pass(Offset offset, RecordPointer record, const Result<Link, DecodeError>& link) {
    next_ = after(offset);
    remember(link ? std::optional(link->id) : std::nullopt);
    if (!link) {
        outputs_.push_back(Foreign{offset, link.error().where + ": " + link.error().what});
        return;
    }
    const UserId user(record->key);
    if (next_ > kept_from_) keep(offset, record, *link, user);

    const auto tracked = tracked_.find(user);
    Standing standing = Standing::untracked;
    if (tracked != tracked_.end() && offset.value() >= tracked->second.applied.value()) {
        StreamHead& head = tracked->second.head;
        switch (place(head, *link)) {
            case Placement::belongs:
                standing = Standing::belongs;
                head = head_after(*link);
                break;
            case Placement::void_:
                standing = Standing::void_;
                break;
            case Placement::broken:
                outputs_.push_back(Broken{offset, user,
                                          "event " + to_string(link->id) + " has sequence " +
                                              std::to_string(link->sequence.value()) + " after " +
                                              (link->previous ? to_string(*link->previous) : "nothing") +
                                              ", but the stream stands at " + std::to_string(head.sequence.value()) +
                                              " with " + (head.id ? to_string(*head.id) : "nothing")});
                tracked_.erase(tracked);  // nothing after it is placed
                return;
        }
    }
    const bool own = sent_.erase(link->id) == 1;
    outputs_.push_back(Passed{offset, std::move(record), *link, standing, own});
}

void PartitionView::keep(Offset offset, RecordPointer record, const Link& link, const UserId& user) {
    kept_bytes_ += record->value.size() + record->key.size() + 512;  // the headers' and our own share, roughly
    auto& of_user = *kept_.try_emplace(user).first;
    of_user.second.push_back(Kept{offset, std::move(record), link});
    kept_order_.emplace_back(offset, &of_user);
}

void PartitionView::cut(std::string evidence) {
    cut_ = true;
    outputs_.push_back(Cut{std::move(evidence)});
}

std::vector<PartitionView::Output> PartitionView::take() { return std::exchange(outputs_, {}); }

void PartitionView::remember(const std::optional<EventId>& id) {
    ids_.push_back(id);
    if (ids_.size() > kept_order_.size() + remembered_ids) ids_.pop_front();
}

std::optional<std::optional<EventId>> PartitionView::known(Offset offset) const {
    const std::int64_t from = next_.value() - static_cast<std::int64_t>(ids_.size());
    if (offset.value() < from || offset.value() >= next_.value()) return std::nullopt;
    return ids_[static_cast<std::size_t>(offset.value() - from)];
}

bool PartitionView::track(const UserId& user, const StreamHead& head, NextOffset applied,
                          std::vector<Passed>& belonging) {
    if (applied < kept_from_) return false;
    Tracked tracked{head, applied};
    if (const auto kept = kept_.find(user); kept != kept_.end()) {
        for (const Kept& record : kept->second) {
            if (record.offset.value() < applied.value()) continue;
            switch (place(tracked.head, record.link)) {
                case Placement::belongs:
                    tracked.head = head_after(record.link);
                    belonging.push_back(Passed{record.offset, record.record, record.link, Standing::belongs, false});
                    break;
                case Placement::void_:
                    break;
                case Placement::broken:
                    outputs_.push_back(Broken{record.offset, user,
                                              "event " + to_string(record.link.id) + " has sequence " +
                                                  std::to_string(record.link.sequence.value()) +
                                                  ", but the read model's stream stands at " +
                                                  std::to_string(tracked.head.sequence.value())});
                    return true;
            }
        }
    }
    tracked_.insert_or_assign(user, tracked);
    return true;
}

std::vector<UserId> PartitionView::tracked() const {
    std::vector<UserId> users;
    users.reserve(tracked_.size());
    for (const auto& [user, tracked] : tracked_) users.push_back(user);
    return users;
}

std::optional<StreamHead> PartitionView::head(const UserId& user) const {
    const auto found = tracked_.find(user);
    return found == tracked_.end() ? std::nullopt : std::optional(found->second.head);
}

std::optional<Offset> PartitionView::last_kept(const UserId& user) const {
    const auto found = kept_.find(user);
    if (found == kept_.end()) return std::nullopt;
    const Offset last = found->second.back().offset;
    return last.value() < applied_.value() ? std::nullopt : std::optional(last);
}

std::optional<Offset> PartitionView::kept_at(const UserId& user, EventId id) const {
    const auto of_user = kept_.find(user);
    if (of_user == kept_.end()) return std::nullopt;
    const auto found = std::ranges::find(of_user->second, id, [](const Kept& record) { return record.link.id; });
    return found == of_user->second.end() ? std::nullopt : std::optional(found->offset);
}

void PartitionView::prune(NextOffset applied) {
    applied_ = std::max(applied_, applied);
    drop_pruned();
}

NextOffset PartitionView::pin() {
    pins_.insert(kept_from_);
    return kept_from_;
}

void PartitionView::unpin(NextOffset pin) {
    pins_.erase(pins_.find(pin));
    drop_pruned();
}

bool PartitionView::agrees(const Checkpoint& checkpoint) const {
    if (checkpoint.next_offset == NextOffset(0)) return true;
    const auto id = known(Offset(checkpoint.next_offset.value() - 1));
    return !id || *id == checkpoint.last;
}

void PartitionView::drop_pruned() {
    kept_from_ = std::max(kept_from_, pins_.empty() ? applied_ : std::min(applied_, *pins_.begin()));
    while (!kept_order_.empty() && kept_order_.front().first.value() < kept_from_.value()) {
        KeptOfUser::pointer of_user = kept_order_.front().second;
        kept_order_.pop_front();
        kept_bytes_ -= of_user->second.front().record->value.size() + of_user->first.value().size() + 512;
        of_user->second.pop_front();
        if (of_user->second.empty()) kept_.erase(kept_.find(of_user->first));
    }
    while (ids_.size() > kept_order_.size() + remembered_ids) ids_.pop_front();
}

}  // namespace chat
