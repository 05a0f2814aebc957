// The part of PartitionStreams that misses what a cut of the log took: events that somebody was told of and that the
// read model does not have are nobody else's to miss.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "commands/partition_streams.hpp"

namespace chat {

using namespace std::chrono_literals;

/// How far the stream was known, unless the read model has it: then its checkpoint tells whether the log still does.
void PartitionStreams::remember(const UserId& user) {
    const auto head = view_->head(user);
    if (!head || !head->id || !view_->last_kept(user)) return;
    const auto at = view_->kept_at(user, *head->id);
    if (!at) return;
    Known& known = known_[user];
    if (known.head.sequence < head->sequence) known = {*head, *at};
}

void PartitionStreams::untrack(const UserId& user) {
    if (!view_) return;
    remember(user);
    view_->untrack(user);
}

/// The log itself is asked before a stream is given up for lost. What it has stays known until it is applied.
asio::awaitable<void> PartitionStreams::look_for_known() {
    const std::uint64_t generation = generation_;
    const NextOffset end = co_await context_.log.end(partition_);
    for (auto next = known_.begin(); generation == generation_ && next != known_.end();) {
        const auto [user, known] = *next;
        bool there = view_->kept_at(user, known.head.id.value()).has_value();
        if (!there && known.at.value() < end.value()) {
            const auto records = co_await context_.log.read(partition_, NextOffset(known.at.value()), 1);
            if (generation != generation_) co_return;
            const auto link = decode_link(*records.front().record);
            there = link && link->id == known.head.id;
        }
        ++next;
        if (there) continue;
        known_.erase(user);
        lost_.insert_or_assign(user, known.head.sequence);
    }
    if (generation != generation_) co_return;
    looked_ = true;
    if (lost_.empty() || quarantining_) co_return;
    quarantining_ = true;
    asio::co_spawn(
        context_.executor, [self = shared_from_this()] { return self->quarantine_lost(); }, asio::detached);
}

asio::awaitable<void> PartitionStreams::quarantine_lost() {
    const auto self = shared_from_this();
    int failures = 0;
    while (!stopped_ && !lost_.empty()) {
        const UserId user = lost_.begin()->first;
        try {
            co_await quarantine_lost(user);
            failures = 0;
            continue;
        } catch (const Outage&) {
            ++failures;  // commands of the user tell of it
        }
        co_await back_off(failures, 20ms, 500ms);
    }
    quarantining_ = false;
}

asio::awaitable<void> PartitionStreams::quarantine_lost(UserId user) {
    const Sequence known = lost_.at(user);
    co_await context_.store.quarantine(
        partition_, user, "the log was cut: of " + std::to_string(known.value()) + " events it lacks the last ones");
    if (lost_.erase(user) == 1) context_.observer.lost(user, known);
}

}  // namespace chat
