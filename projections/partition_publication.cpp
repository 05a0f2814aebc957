#include "projections/partition_publication.hpp"

#include <algorithm>

#include "projections/record_run.hpp"
#include "projections/same_log.hpp"

namespace chat {
namespace {

std::vector<std::shared_ptr<const Record>> records_of(const std::vector<PublicEvent>& events) {
    std::vector<std::shared_ptr<const Record>> records;
    records.reserve(events.size());
    for (const PublicEvent& event : events) records.push_back(event.record);
    return records;
}

}  // namespace

PartitionPublication::PartitionPublication(asio::any_io_executor executor, Partition partition, RecordSource& source,
                                           PublicTopic& topic, PublicationStore& store, ProjectorObserver& observer,
                                           const PublisherOptions& options)
    : executor_(executor),
      partition_(partition),
      source_(source),
      topic_(topic),
      store_(store),
      observer_(observer),
      options_(options),
      attempts_(executor, partition, observer, {options.least_pause, options.longest_pause, options.random}) {}

asio::awaitable<void> PartitionPublication::run() {
    co_await attempts_.run([this] { return publish_on(); });
    co_await release();
    observer_.stopped(partition_);
}

asio::awaitable<void> PartitionPublication::release() {
    try {
        co_await topic_.release(partition_);
    } catch (const Outage&) {
        // Whoever takes it over does not need us for that.
    }
}

asio::awaitable<void> PartitionPublication::publish_on() {
    try {
        co_await find_place();
        for (bool more = true; more;) {
            co_await save_if_due();
            more = co_await step();
        }
        if (!unsaved_.empty()) co_await save();
    } catch (const TakenOver&) {
        throw PositionLost("another publisher took the partition over");
    }
}

// First the topic, then the store: what is saved until the partition is ours is of what was published until then.
asio::awaitable<void> PartitionPublication::find_place() {
    // Nothing learnt before a failure is believed after it.
    known_.clear();
    unsaved_.clear();
    read_on_.clear();
    const std::optional<EventId> last = co_await topic_.take_over(partition_);
    at_ = co_await store_.mark(partition_);
    saved_ = at_.checkpoint.next_offset;
    if (!last && at_.last_published) co_await start_over();  // the topic was made anew: its readers get everything
    const NextOffset end =
        co_await end_of_same_log(source_, partition_, "what is remembered of the public topic", at_.checkpoint);
    saved_when_ = SteadyClock::now();
    applied_ = saved_;
    goal_ = last == at_.last_published ? std::nullopt : last;
    co_await walk_to_goal(end);
    if (goal_ && !attempts_.stopped()) {
        // What is remembered does not fit what is published. The topic may have lost its last events: those are
        // published again.
        co_await start_over();
        co_await walk_to_goal(end);
    }
    if (attempts_.stopped()) co_return;
    if (goal_) throw LogCut("the public topic ends with event " + to_string(*goal_) + ", which the log does not hold");
    if (at_.checkpoint.next_offset == end) attempts_.went_well();  // nothing to publish would say so
}

asio::awaitable<void> PartitionPublication::start_over() {
    const bool ours = co_await store_.forget(partition_, saved_);
    if (!ours) throw PositionLost("another publisher moved the mark");
    at_ = {};
    saved_ = {};
    known_.clear();
    unsaved_.clear();
    read_on_.clear();
}

asio::awaitable<void> PartitionPublication::walk_to_goal(NextOffset end) {
    while (goal_ && at_.checkpoint.next_offset < end) {
        const bool more = co_await step();
        if (!more) co_return;
        co_await save_if_due();
    }
}

/// Passes the next run of records. False: it is time to stop.
asio::awaitable<bool> PartitionPublication::step() {
    const auto began = SteadyClock::now();
    const auto records = co_await next_records();
    if (!records) co_return false;
    const KnownStreams before = co_await streams_before(*records);
    Publication run = select_public(*records, before, options_.texts, options_.hash);
    std::vector<PublicEvent> fresh = run.events;
    if (goal_) {
        const auto met = std::ranges::find(fresh, *goal_, &PublicEvent::id);
        if (met != fresh.end()) goal_.reset();
        fresh.erase(fresh.begin(), met == fresh.end() ? met : std::next(met));
    }
    if (!fresh.empty()) co_await topic_.publish(partition_, records_of(fresh));
    if (!goal_) attempts_.went_well();
    observer_.committed(partition_, run.counts, SteadyClock::now() - began);
    passed(std::move(run));
    co_return true;
}

void PartitionPublication::passed(Publication publication) {
    foreign_ += static_cast<std::int64_t>(publication.foreign.size());
    for (const ForeignRecord& record : publication.foreign)
        observer_.foreign_record(partition_, record.offset, record.why);
    for (const BrokenStream& broken : publication.broken)
        observer_.quarantined(broken.user, partition_, broken.offset, broken.why);
    at_.checkpoint = publication.next;
    if (!publication.events.empty()) at_.last_published = publication.events.back().id;
    applied_ = at_.checkpoint.next_offset;
    for (auto& [user, stream] : publication.streams) unsaved_.insert_or_assign(user, std::move(stream));
}

asio::awaitable<std::optional<std::vector<StoredRecord>>> PartitionPublication::next_records() {
    const NextOffset from = at_.checkpoint.next_offset;
    if (read_on_.empty()) {
        auto read = co_await attempts_.unless_stopped(source_.read(partition_, from, options_.batch_records));
        if (!read) co_return std::nullopt;
        require_at(from, *read);
        read_on_ = *std::move(read);
    }
    if (attempts_.stopped()) co_return std::nullopt;
    co_return take_fitting(read_on_, options_.batch_records, options_.batch_bytes);
}

asio::awaitable<KnownStreams> PartitionPublication::streams_before(const std::vector<StoredRecord>& records) {
    KnownStreams streams;
    std::vector<UserId> unknown;
    for (const UserId& user : users_of(records)) {
        if (const auto changed = unsaved_.find(user); changed != unsaved_.end())
            streams.insert(*changed);
        else if (const auto kept = known_.find(user); kept != known_.end())
            streams.insert(*kept);
        else
            unknown.push_back(user);
    }
    if (unknown.empty()) co_return streams;
    if (known_.size() + unknown.size() > options_.known_streams) known_.clear();
    const KnownStreams stored = co_await store_.streams(unknown);
    for (const UserId& user : unknown) {
        const auto found = stored.find(user);  // nothing of them yet is knowledge too
        const auto& stream = found == stored.end() ? StreamStatus{} : found->second;
        known_.insert_or_assign(user, stream);
        streams.emplace(user, stream);
    }
    co_return streams;
}

asio::awaitable<void> PartitionPublication::save_if_due() {
    if (at_.checkpoint.next_offset == saved_) co_return;
    const bool many =
        at_.checkpoint.next_offset.value() - saved_.value() >= static_cast<std::int64_t>(options_.unsaved_records) ||
        unsaved_.size() >= options_.known_streams;
    const bool late = SteadyClock::now() - saved_when_ >= options_.save_interval;
    if (many || late) co_await save();
}

asio::awaitable<void> PartitionPublication::save() {
    const PublicationMark mark = at_;
    const bool ours = co_await store_.save(partition_, saved_, mark, unsaved_);
    if (!ours) throw PositionLost("another publisher moved the mark");
    saved_ = mark.checkpoint.next_offset;
    saved_when_ = SteadyClock::now();
    if (known_.size() + unsaved_.size() > options_.known_streams) known_.clear();
    for (auto& [user, stream] : unsaved_) known_.insert_or_assign(user, std::move(stream));
    unsaved_.clear();
}

asio::awaitable<void> PartitionPublication::measure_lag() {
    if (!applied_) co_return;
    const NextOffset end = co_await source_.end(partition_);
    observer_.lag(partition_, std::max<std::int64_t>(end.value() - applied_->value(), 0));
}

}  // namespace chat
