#include "projections/partition_publication.hpp"

#include <algorithm>
#include <iterator>

#include "projections/same_log.hpp"

namespace chat {
namespace {

/// The mark was not where this publisher had left it.
struct MarkMoved {};

std::size_t bytes_of(const Record& record) {
    std::size_t bytes = record.key.size() + record.value.size();
    for (const Header& header : record.headers) bytes += header.name.size() + header.value.size();
    return bytes;
}

/// How many of the first records stay within the bounds; at least one.
std::size_t fitting(const std::vector<StoredRecord>& records, const PublisherOptions& options) {
    std::size_t fits = 0;
    for (std::size_t used = 0; fits < records.size() && fits < options.batch_records; ++fits) {
        used += bytes_of(*records[fits].record);
        if (used > options.batch_bytes && fits > 0) break;
    }
    return fits;
}

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
      stop_(executor),
      pause_(executor) {}

asio::awaitable<void> PartitionPublication::run() {
    observer_.started(partition_);
    while (!stop_.stopped()) {
        try {
            co_await publish_on();
        } catch (const Outage& outage) {
            setbacks_.failed(outage.what());
            observer_.outage(partition_, outage.what());
        } catch (const LogCut& cut) {
            setbacks_.failed(cut.what());
            observer_.log_cut(partition_, cut.what());
        } catch (const TakenOver&) {
            setbacks_.failed("another publisher took the partition over");
            observer_.checkpoint_lost(partition_);
        } catch (const MarkMoved&) {
            setbacks_.failed("another publisher moved the mark");
            observer_.checkpoint_lost(partition_);
        }
        pause_.expires_after(setbacks_.next_pause(options_.least_pause, options_.longest_pause, options_.random()));
        co_await stop_.pause(pause_);
    }
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
    co_await find_place();
    for (bool more = true; more;) {
        co_await save_if_due();
        more = co_await step();
    }
    if (!unsaved_.empty()) co_await save();
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
    if (goal_ && !stop_.stopped()) {
        // What is remembered does not fit what is published. The topic may have lost its last events: those are
        // published again.
        co_await start_over();
        co_await walk_to_goal(end);
    }
    if (stop_.stopped()) co_return;
    if (goal_) throw LogCut("the public topic ends with event " + to_string(*goal_) + ", which the log does not hold");
    if (at_.checkpoint.next_offset == end) went_well();  // nothing to publish would say so
}

asio::awaitable<void> PartitionPublication::start_over() {
    const bool ours = co_await store_.forget(partition_, saved_);
    if (!ours) throw MarkMoved();
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
    if (!goal_) went_well();
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
        auto read = co_await stop_.unless_stopped(source_.read(partition_, from, options_.batch_records));
        if (!read) co_return std::nullopt;
        if (read->front().offset != Offset(from.value()))
            throw LogCut("the log holds nothing at offset " + std::to_string(from.value()) +
                         "; the next record is at " + std::to_string(read->front().offset.value()));
        read_on_ = *std::move(read);
    }
    if (stop_.stopped()) co_return std::nullopt;
    const auto end = read_on_.begin() + static_cast<std::ptrdiff_t>(fitting(read_on_, options_));
    std::vector<StoredRecord> records(std::make_move_iterator(read_on_.begin()), std::make_move_iterator(end));
    read_on_.erase(read_on_.begin(), end);
    co_return records;
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
    if (!ours) throw MarkMoved();
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

void PartitionPublication::went_well() {
    if (!setbacks_.went_well()) return;
    observer_.recovered(partition_);
    if (recovered_) recovered_();
}

}  // namespace chat
