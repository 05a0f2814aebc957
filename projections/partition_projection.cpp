#include "projections/partition_projection.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <exception>
#include <utility>

#include "projections/record_run.hpp"
#include "projections/same_log.hpp"

namespace chat {
PartitionProjection::PartitionProjection(asio::any_io_executor executor, Partition partition, RecordSource& source,
                                         ReadModelStore& store, ProjectorObserver& observer,
                                         const ProjectorOptions& options)
    : executor_(executor),
      partition_(partition),
      source_(source),
      store_(store),
      observer_(observer),
      options_(options),
      attempts_(executor, partition, observer, {options.least_pause, options.longest_pause, options.random}),
      sleep_(options.asleep_after) {}

asio::awaitable<void> PartitionProjection::run() {
    co_await attempts_.run([this] { return project(); });
    observer_.stopped(partition_);
}

asio::awaitable<void> PartitionProjection::project() {
    // Nothing learnt before a failure is believed after it.
    known_.clear();
    read_on_.clear();
    set_back_.emplace(executor_);
    sleep_.begin();
    const NextOffset from = co_await believed_checkpoint();
    const KnownStreams none_in_flight;
    std::optional<Prepared> next = co_await prepare(from, none_in_flight);
    while (next) {
        if (next->records < options_.overlap_from)
            next = co_await commit_then_prepare(*std::move(next));
        else
            next = co_await commit_while_preparing(*std::move(next));
    }
}

asio::awaitable<NextOffset> PartitionProjection::believed_checkpoint() {
    const Checkpoint checkpoint = co_await store_.checkpoint(partition_);
    const NextOffset end = co_await end_of_same_log(source_, partition_, "the read model", checkpoint);
    applied_ = checkpoint.next_offset;
    edition_ = checkpoint.edition;
    if (end == checkpoint.next_offset) attempts_.went_well();  // nothing to commit would say so
    co_return checkpoint.next_offset;
}

asio::awaitable<std::optional<PartitionProjection::Prepared>> PartitionProjection::commit_then_prepare(
    Prepared current) {
    co_await commit(current);
    const KnownStreams none_in_flight;
    auto next = co_await prepare(current.folded.next.next_offset, none_in_flight);
    co_return next;
}

asio::awaitable<std::optional<PartitionProjection::Prepared>> PartitionProjection::commit_while_preparing(
    Prepared current) {
    const NextOffset next = current.folded.next.next_offset;
    auto group = asio::experimental::make_parallel_group(
        asio::co_spawn(executor_, commit(current), asio::deferred),
        asio::co_spawn(executor_, prepare(next, current.streams), asio::deferred));
    auto ended = co_await group.async_wait(asio::experimental::wait_for_one_error(), asio::use_awaitable);
    auto& [order, commit_error, prepare_error, prepared] = ended;
    // The first failure is the cause; it cancelled the other.
    for (const std::size_t which : order)
        if (const auto& error = which == 0 ? commit_error : prepare_error) std::rethrow_exception(error);
    co_return std::move(prepared);
}

asio::awaitable<void> PartitionProjection::commit(Prepared& current) {
    const auto began = SteadyClock::now();
    Batch batch = std::move(current.folded.batch);
    current.folded.batch.events = batch.events;
    current.folded.batch.voids = batch.voids;
    current.folded.batch.foreign = batch.foreign;
    current.folded.next.edition = edition_;
    const bool ours = co_await store_.commit(partition_, current.from, current.folded.next, std::move(batch));
    if (!ours) throw PositionLost("another projector moved the checkpoint, or rows were repaired or exchanged");
    remember(current.streams);
    applied_ = current.folded.next.next_offset;
    attempts_.went_well();
    tell(current.folded, SteadyClock::now() - began);
}

asio::awaitable<std::optional<PartitionProjection::Prepared>> PartitionProjection::prepare(
    NextOffset from, const KnownStreams& in_flight) {
    const auto records = co_await next_records(from);
    if (!records) co_return std::nullopt;
    const KnownStreams before = co_await streams_before(from, *records, in_flight);
    Prepared prepared{from, records->size(), fold(*records, before), {}};
    prepared.streams = prepared.folded.batch.streams;
    co_return prepared;
}

asio::awaitable<std::optional<std::vector<StoredRecord>>> PartitionProjection::next_records(NextOffset from) {
    if (read_on_.empty()) {
        auto unless_set_back = set_back_->unless_stopped(source_.read(partition_, from, options_.batch_records));
        auto unless_stopped = co_await attempts_.unless_stopped(std::move(unless_set_back));
        if (!unless_stopped) co_return std::nullopt;
        auto& read = *unless_stopped;
        // The log may be another one since, and the record that was waited for none of the one that was known.
        if (!read || set_back_->stopped() || sleep_.slept())
            throw PositionLost("the read model was set back, or this process was suspended");
        require_at(from, *read);
        read_on_ = *std::move(read);
    }
    if (attempts_.stopped()) co_return std::nullopt;
    co_return take_fitting(read_on_, options_.batch_records, options_.batch_bytes);
}

asio::awaitable<KnownStreams> PartitionProjection::streams_before(NextOffset from,
                                                                  const std::vector<StoredRecord>& records,
                                                                  const KnownStreams& in_flight) {
    KnownStreams streams;
    std::vector<UserId> unknown;
    for (const UserId& user : users_of(records)) {
        if (const auto changing = in_flight.find(user); changing != in_flight.end())
            streams.insert(*changing);
        else if (const auto kept = known_.find(user); kept != known_.end())
            streams.insert(*kept);
        else
            unknown.push_back(user);
    }
    if (unknown.empty()) co_return streams;
    // The batch in flight changes none of these, so before or after its commit they are the same. At any other position
    // they may hold what these records are about to add, or lack what came before: nothing may be folded on that, even
    // if the commit finds the checkpoint where it should be, as the database may have been set back meanwhile.
    const NextOffset committed = applied_.value_or(from);
    StoredStreams found = co_await store_.streams(partition_, unknown);
    if (found.edition != edition_ || (found.applied != from && found.applied != committed))
        throw PositionLost("the read model was moved or rewritten by another");
    KnownStreams stored = std::move(found.streams);
    for (const UserId& user : unknown) stored.try_emplace(user);  // nothing of them yet is knowledge too
    remember(stored);
    streams.merge(stored);
    co_return streams;
}

void PartitionProjection::remember(const KnownStreams& committed) {
    // Dropping all of them at the bound costs one query for each batch until they are back, and needs no order of use.
    if (known_.size() + committed.size() > options_.known_streams) known_.clear();
    for (const auto& [user, stream] : committed) known_.insert_or_assign(user, stream);
}

void PartitionProjection::tell(const Folded& folded, SteadyClock::duration took) {
    observer_.committed(partition_,
                        {folded.batch.events, folded.batch.voids, folded.batch.foreign,
                         folded.held + static_cast<std::int64_t>(folded.broken.size())},
                        took);
    foreign_ += folded.batch.foreign;
    for (const ForeignRecord& record : folded.foreign) observer_.foreign_record(partition_, record.offset, record.why);
    for (const BrokenStream& broken : folded.broken)
        observer_.quarantined(broken.user, partition_, broken.offset, broken.why);
}

asio::awaitable<void> PartitionProjection::measure_lag() {
    if (!applied_) co_return;
    const auto applied = applied_;
    const NextOffset end = co_await source_.end(partition_);
    // A log that was cut while it had nothing new: the read that waits for more would not tell.
    if (end < *applied && applied == applied_ && set_back_) set_back_->stop();
    observer_.lag(partition_, std::max<std::int64_t>(end.value() - applied_->value(), 0));
}

asio::awaitable<void> PartitionProjection::check_position() {
    if (sleep_.slept() && set_back_) set_back_->stop();
    const auto applied = applied_;
    const Checkpoint checkpoint = co_await store_.checkpoint(partition_);
    // Only with nothing done meanwhile is it known which of the two is older.
    if (applied && applied == applied_ && checkpoint.next_offset < *applied && set_back_) set_back_->stop();
}

}  // namespace chat
