#include "projections/replay/partition_load.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "events/log_cut.hpp"

namespace chat {
namespace {

constexpr std::size_t records_at_once = 5000;
// Where a batch costs no query for its users' streams: few enough to stay in a core's cache until they are folded.
constexpr std::size_t first_records_at_once = 500;

// What they take until the leg is committed, with the tables that find them; measured, and half as much again.
constexpr std::size_t session_bytes = 550;
constexpr std::size_t stream_bytes = 400;
constexpr std::size_t answer_bytes = 750;
constexpr std::size_t activity_bytes = 250;

std::size_t bytes_of(const Batch& batch) {
    return batch.sessions.all().size() * session_bytes + batch.streams.size() * stream_bytes +
           batch.answers.all().size() * answer_bytes + batch.activity.all().size() * activity_bytes;
}

CommandAnswerChanges since(const CommandAnswerChanges& answers, Time time) {
    CommandAnswerChanges kept;
    for (const CommandAnswer& answer : answers.all())
        if (answer.time >= time) kept.add(answer);
    return kept;
}

/// The log holds what the read model was made of so far.
asio::awaitable<void> believe(Partition partition, RecordSource& source, Checkpoint checkpoint) {
    if (checkpoint.next_offset == NextOffset(0)) co_return;
    const std::string where = "partition " + std::to_string(partition.value());
    const NextOffset end = co_await source.end(partition);
    if (end < checkpoint.next_offset) throw LogCut(where + " of the log ends before what was made of it");
    const NextOffset last(checkpoint.next_offset.value() - 1);
    const auto records = co_await source.read(partition, last, 1);
    if (event_id_of(*records.front().record) != checkpoint.last)
        throw LogCut(where + " of the log does not hold the event that the read model was made of at offset " +
                     std::to_string(last.value()));
}

/// Heads of streams that earlier legs have brought on, of those users whom this leg does not know yet.
asio::awaitable<KnownStreams> earlier_streams(Partition partition, const std::vector<StoredRecord>& records,
                                              const Batch& leg, ReadModelStore& store) {
    std::vector<UserId> users = users_of(records);
    std::erase_if(users, [&](const UserId& user) { return leg.streams.contains(user); });
    if (users.empty()) co_return KnownStreams();
    StoredStreams earlier = co_await store.streams(partition, std::move(users));
    co_return std::move(earlier.streams);
}

/// From the checkpoint to `end`, or as much as one leg may hold; gives the checkpoint after it.
asio::awaitable<Checkpoint> load_leg(Partition partition, Checkpoint from, NextOffset end, RecordSource& source,
                                     ReadModelStore& store, BulkLoader& loader, const LoadOptions& options,
                                     LoadCounts& counts) {
    Folded leg;
    leg.next = from;
    const bool is_first = from.next_offset == NextOffset(0);
    // A later one goes to the server as one statement, whose text takes as much again.
    const std::size_t most_bytes = is_first ? options.leg_bytes : options.leg_bytes / 2;
    const std::int64_t most = std::min(end.value(), from.next_offset.value() + options.leg_records);
    while (leg.next.next_offset.value() < most && bytes_of(leg.batch) < most_bytes && !counts.stop) {
        const auto left = static_cast<std::size_t>(most - leg.next.next_offset.value());
        const std::size_t most_at_once = is_first ? first_records_at_once : records_at_once;
        const auto records = co_await source.read(partition, leg.next.next_offset, std::min(left, most_at_once));
        KnownStreams known;
        if (!is_first) known = co_await earlier_streams(partition, records, leg.batch, store);
        fold_on(leg, records, known);
        loader.add(leg.batch.messages);
        leg.batch.messages.clear();
        counts.records += static_cast<std::int64_t>(records.size());
    }
    if (counts.stop) co_return from;
    leg.next.edition = from.edition;
    leg.batch.answers = since(leg.batch.answers, options.answers_since);
    if (!loader.finish(partition, from.next_offset, leg.next, leg.batch))
        throw std::runtime_error("another process works on the read model that is being made");
    counts.events += leg.batch.events;
    counts.foreign += leg.batch.foreign;
    counts.quarantined += static_cast<std::int64_t>(leg.broken.size());
    co_return leg.next;
}

}  // namespace

asio::awaitable<void> load_partition(Partition partition, RecordSource& source, ReadModelStore& store,
                                     BulkLoader& loader, const LoadOptions& options, LoadCounts& counts) {
    Checkpoint at = co_await store.checkpoint(partition);
    co_await believe(partition, source, at);
    // Once to the end as it is; then again while that leaves much, as the log grows meanwhile.
    for (std::int64_t enough = 0; !counts.stop; enough = options.close_enough) {
        const NextOffset end = co_await source.end(partition);
        if (end.value() - at.next_offset.value() <= enough) co_return;
        while (at.next_offset < end && !counts.stop)
            at = co_await load_leg(partition, at, end, source, store, loader, options, counts);
    }
}

}  // namespace chat
