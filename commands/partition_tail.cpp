// The half of PartitionStreams that reads: the tail, what passes it, and the replay after a cut.
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include "commands/partition_streams.hpp"

namespace chat {

using namespace asio::experimental::awaitable_operators;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t tail_limit = 1000;  // records a read

std::string ends_before(NextOffset end, NextOffset applied) {
    return "the log ends at " + std::to_string(end.value()) + ", but the read model has applied it below " +
           std::to_string(applied.value());
}

}  // namespace

struct PartitionStreams::TailRead {
    std::vector<StoredRecord> records;
    std::optional<std::string> outage;
    std::optional<std::string> cut;
};

void PartitionStreams::start() {
    unready_ = "the log is not read yet";
    asio::co_spawn(
        context_.executor, [self = shared_from_this()] { return self->tail(); }, asio::detached);
}

void PartitionStreams::stop() {
    stopped_ = true;
    unready_ = "the service is stopping";
    out_of_reach_ = true;
    if (interrupt_) interrupt_->ring();
    for (const auto& [waiting, next] : waiting_) waiting->ring();
}

void PartitionStreams::slept() {
    if (!view_) return;
    view_->reconnected();  // now: what has arrived already would be taken for the log that was known
    unready_ = "the process was suspended";
    slept_ = true;
    if (interrupt_) interrupt_->ring();
}

asio::awaitable<void> PartitionStreams::tail() {
    const auto self = shared_from_this();
    int failures = 0;
    while (!stopped_) {
        std::string why;
        bool began = false;
        try {
            co_await begin();
            began = true;
            failures = 0;
            co_await follow();
        } catch (const LogCut& cut) {
            why = cut.what();
            tell_cut(why);
        } catch (const Outage& outage) {
            why = outage.what();
            context_.observer.tail_failed(partition_, why);
        }
        if (stopped_) break;
        if (!why.empty()) {
            out_of_reach_ = !began;  // what was read till now is not out of reach for being another log
            replay(why);
        }
        wake_waiting();
        co_await back_off(failures++, 20ms, 500ms);
    }
    replay("the service is stopping");
}

/// A view that begins at the read model's checkpoint, once the log is seen to hold what was projected.
asio::awaitable<void> PartitionStreams::begin() {
    interrupt_.emplace(context_.executor);
    const Checkpoint checkpoint = co_await context_.store.checkpoint(partition_);
    const NextOffset end = co_await context_.log.end(partition_);
    if (checkpoint.next_offset > NextOffset(0)) {
        if (end < checkpoint.next_offset) throw LogCut(ends_before(end, checkpoint.next_offset));
        const NextOffset last(checkpoint.next_offset.value() - 1);
        const auto records = co_await context_.log.read(partition_, last, 1);
        const auto link = decode_link(*records.front().record);
        const auto id = link ? std::optional(link->id) : std::nullopt;
        if (id != checkpoint.last) {
            throw LogCut("the record at offset " + std::to_string(last.value()) +
                         " is not the one that the read model applied there");
        }
    }
    if (stopped_) co_return;
    view_.emplace(checkpoint);
    view_->prune(context_.projected.at(partition_));
    tail_next_ = checkpoint.next_offset;
    whole_ = end;
    heard_ = context_.projected.at(partition_);
    applied_ = std::max(checkpoint.next_offset, context_.projected.at(partition_));
    edition_ = checkpoint.edition;
    looked_ = known_.empty();
    recovered();
}

void PartitionStreams::recovered() {
    out_of_reach_ = false;
    unready_.reset();
    cut_.reset();
    forget_applied();
    wake_waiting();
    context_.observer.tail_recovered(partition_);
}

asio::awaitable<void> PartitionStreams::follow() {
    const std::uint64_t generation = generation_;
    while (!stopped_ && generation == generation_) {
        if (!looked_ && live() && view_->next() >= whole_) {
            co_await look_for_known();
            continue;
        }
        // Bounded memory: with a projector that does not come, reading waits, unless an own record waits for its
        // answer.
        if (view_->kept_bytes() > context_.options.tail_bytes && pending_.empty()) {
            co_await context_.projected.moved(partition_, SteadyClock::now() + 1s);
            continue;
        }
        TailRead read;
        const auto first = co_await (read_tail() || interrupt_->wait(Deadline::max()));
        if (generation != generation_ || stopped_) co_return;
        if (std::exchange(slept_, false)) {
            interrupt_.emplace(context_.executor);
            co_await reconnect("the process was suspended");
            continue;
        }
        if (first.index() == 1) co_return;
        read = std::get<0>(first);
        if (read.cut) throw LogCut(*read.cut);
        if (read.outage) {
            co_await reconnect(*read.outage);
            continue;
        }
        const bool doubted = view_->doubted();
        for (const StoredRecord& stored : read.records) view_->tailed(stored);
        tail_next_ = after(read.records.back().offset);
        absorb();
        if (doubted && live()) recovered();
        if (view_) context_.observer.kept(context_.hot.users(), context_.hot.bytes(), view_->kept_records());
    }
}

asio::awaitable<PartitionStreams::TailRead> PartitionStreams::read_tail() {
    TailRead read;
    try {
        read.records = co_await context_.log.read(partition_, tail_next_, tail_limit);
    } catch (const Outage& outage) {
        read.outage = outage.what();
    } catch (const LogCut& cut) {
        read.cut = cut.what();
    }
    co_return read;
}

/// While nobody looked the log may have been cut and may have grown again: it must still reach what is known, and the
/// last known record is read once more, so that the view compares it.
asio::awaitable<void> PartitionStreams::reconnect(std::string why) {
    unready_ = why;
    view_->reconnected();
    context_.observer.tail_failed(partition_, why);
    const std::uint64_t generation = generation_;
    for (int failures = 0; !stopped_; ++failures) {
        co_await back_off(failures, 20ms, 500ms);
        if (generation != generation_) co_return;  // replayed meanwhile, for another reason
        std::optional<NextOffset> end;
        const NextOffset applied = applied_;
        try {
            end = co_await context_.log.end(partition_);
        } catch (const Outage& outage) {
            why = outage.what();
            unready_ = why;
            out_of_reach_ = true;
            for (const auto& [waiting, next] : waiting_) waiting->ring();
        }
        if (generation != generation_) co_return;
        if (!end) continue;
        if (*end < view_->next()) {
            throw LogCut("the log ends at " + std::to_string(end->value()) + ", but was read below " +
                         std::to_string(view_->next().value()));
        }
        if (*end < applied) throw LogCut(ends_before(*end, applied));
        context_.log.distrust(partition_);
        tail_next_ = NextOffset(std::max<std::int64_t>(view_->next().value() - 1, 0));
        if (*end == NextOffset(0)) view_->seen_empty();
        if (live()) recovered();
        co_return;
    }
}

void PartitionStreams::absorb() {
    const std::uint64_t generation = generation_;
    for (PartitionView::Output& output : view_->take()) {
        std::visit(
            [this]<class T>(T& what) {
                if constexpr (std::is_same_v<T, PartitionView::Cut>) {
                    another_log(what.evidence);
                } else if constexpr (std::is_same_v<T, PartitionView::Foreign>) {
                    if (after(what.offset) <= foreign_from_) return;
                    foreign_from_ = after(what.offset);
                    ++foreign_;
                    context_.observer.foreign_record(partition_, what.offset, what.why);
                } else {
                    absorb(what);
                }
            },
            output);
        if (generation != generation_) return;
    }
    wake_waiting();
}

void PartitionStreams::absorb(PartitionView::Passed& passed) {
    const UserId user(passed.record->key);
    if (context_.on_record) context_.on_record(partition_, &user);
    const bool belongs = passed.standing == PartitionView::Standing::belongs;
    if (passed.standing == PartitionView::Standing::void_ && !passed.own) context_.observer.settled({}, false);

    Pending* pending = nullptr;
    if (passed.own) {
        const auto found = pending_.find(passed.link.id);
        pending = found == pending_.end() ? nullptr : found->second;
    }
    if (belongs && context_.hot.find(user)) {
        if (pending) {
            context_.hot.evolve(user, pending->recorded, passed.offset);
        } else if (const auto recorded = decode(*passed.record)) {
            context_.hot.evolve(user, *recorded, passed.offset);
        } else {
            quarantine(user, passed.offset, recorded.error().where + ": " + recorded.error().what);
        }
    }
    if (!pending) return;
    if (belongs) {
        const Session* session = context_.hot.find(user)->chats.find(session_of(pending->recorded.event));
        if (session) pending->session = *session;
    }
    pending->belongs = belongs;
    pending->settled.ring();
}

void PartitionStreams::absorb(const PartitionView::Broken& broken) {
    const auto [known, first_time] = broken_.try_emplace(broken.user, broken.offset);
    if (first_time || known->second != broken.offset) {
        // What was known before may be the fiction: only what a replay shows again is damage.
        known->second = broken.offset;
        context_.hot.erase(broken.user);
        return another_log(broken.why);
    }
    quarantine(broken.user, broken.offset, broken.why);
}

void PartitionStreams::quarantine(const UserId& user, Offset offset, const std::string& why) {
    tell_quarantined(user, offset, why);
    if (view_) view_->untrack(user);
    context_.hot.put(user, HotStates::State{UserChats{}, why, edition_});
}

/// Once: each command of the user looks again, and finds the same.
void PartitionStreams::tell_quarantined(const UserId& user, Offset offset, const std::string& why) {
    const auto [told, first_time] = quarantined_.try_emplace(user, offset);
    if (!first_time && told->second == offset) return;
    told->second = offset;
    context_.observer.quarantined(user, why);
}

void PartitionStreams::tell_cut(const std::string& evidence) {
    if (cut_ != evidence) context_.observer.log_cut(partition_, evidence);
    cut_ = evidence;
}

/// Nothing that was known of the partition counts any more.
void PartitionStreams::replay(const std::string& evidence) {
    ++generation_;
    unready_ = evidence;
    if (view_) {
        for (const UserId& user : view_->tracked()) {
            remember(user);
            context_.hot.erase(user);
        }
    }
    view_.reset();
    for (const auto& [id, pending] : pending_) pending->settled.ring();
    if (interrupt_) interrupt_->ring();
    if (context_.on_record) context_.on_record(partition_, nullptr);
    for (const auto& [waiting, next] : waiting_) waiting->ring();
}

void PartitionStreams::wake_waiting() {
    for (const auto& [waiting, next] : waiting_) {
        if (!view_ || (live() && view_->next() >= next)) waiting->ring();
    }
}

Seen PartitionStreams::seen(const UserId& user) const {
    if (!view_) return {};
    return {view_->last_kept(user), view_->head(user), live() && view_->next() >= whole_};
}

bool PartitionStreams::forget(const UserId& user) {
    if (turns_.busy(user)) return false;
    untrack(user);
    return true;
}

void PartitionStreams::projected(NextOffset next) {
    if (!view_) return;
    if (next < heard_) return set_back(next);
    heard_ = next;
    applied_ = std::max(applied_, next);
    forget_applied();
    if (applied_ <= view_->next() || comparing_end_) return;
    comparing_end_ = true;
    asio::co_spawn(
        context_.executor, [self = shared_from_this()] { return self->compare_end(); }, asio::detached);
}

/// The read model is ahead of the tail: as long as the log reaches that far, the tail will come there.
asio::awaitable<void> PartitionStreams::compare_end() {
    const auto self = shared_from_this();
    const std::uint64_t generation = generation_;
    try {
        const NextOffset applied = applied_;
        const NextOffset end = co_await context_.log.end(partition_);
        if (generation == generation_ && end < applied) another_log(ends_before(end, applied));
    } catch (const Outage&) {
        // The tail tells of it, and asks for the end itself when the log is back.
    }
    comparing_end_ = false;
}

/// Not in doubt: what was applied may be of a log that was cut and has grown again, and lack what is known here.
void PartitionStreams::forget_applied() {
    if (view_->doubted()) return;
    view_->prune(heard_);
    if (looked_) std::erase_if(known_, [&](const auto& known) { return known.second.at.value() < heard_.value(); });
}

void PartitionStreams::rewritten(Edition edition) {
    edition_ = edition;
    if (context_.on_record) context_.on_record(partition_, nullptr);
}

void PartitionStreams::another_log(const std::string& evidence) {
    tell_cut(evidence);
    replay(evidence);
}

/// The read model lost what it had applied, as a database does that lost its last commits: what was forgotten since it
/// had them, records and answers, must be read again.
void PartitionStreams::set_back(NextOffset applied) {
    const std::string why = "the read model was set back to offset " + std::to_string(applied.value());
    context_.observer.tail_failed(partition_, why);
    replay(why);
}

}  // namespace chat
