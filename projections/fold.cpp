#include "projections/fold.hpp"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "events/event.hpp"
#include "events/stream_order.hpp"

namespace chat {
namespace {

/// The link of a record that may be one of ours. A key that PostgreSQL would refuse cannot be a user's: such a record
/// must not reach a query.
Result<Link, DecodeError> link_of(const Record& record) {
    if (!UserId::parse(record.key)) return DecodeError{"key", "is no user id"};
    return decode_link(record);
}

/// Reasons quote what the log holds, whatever bytes those are, and are stored as text.
std::string printable(std::string text) {
    constexpr std::size_t enough = 500;
    if (text.size() > enough) text.resize(enough);
    std::ranges::replace_if(
        text, [](char c) { return c < ' ' || c > '~'; }, '?');
    return text;
}

std::string describe(const DecodeError& error) { return printable(error.where + ": " + error.what); }

std::string describe_gap(const StreamHead& head, const Link& link) {
    const auto name = [](const std::optional<EventId>& id) { return id ? to_string(*id) : std::string("nothing"); };
    return "event " + std::to_string(link.sequence.value()) + " (" + to_string(link.id) + ") follows " +
           name(link.previous) + ", but the stream stands at event " + std::to_string(head.sequence.value()) + " (" +
           name(head.id) + ")";
}

/// The stream of a user as this run has brought it on so far.
StreamStatus status_of(const Batch& batch, const KnownStreams& known, const UserId& user) {
    if (const auto here = batch.streams.find(user); here != batch.streams.end()) return here->second;
    if (const auto before = known.find(user); before != known.end()) return before->second;
    return {};
}

void quarantine(Folded& folded, const UserId& user, StreamStatus stream, Offset offset, std::string why) {
    stream.quarantined_at = offset;
    stream.quarantine_reason = why;
    folded.batch.streams[user] = std::move(stream);
    folded.broken.push_back({user, offset, std::move(why)});
}

void apply_to_stream(Folded& folded, const StoredRecord& stored, const UserId& user, StreamStatus stream,
                     const Link& link) {
    const auto recorded = decode(*stored.record);
    if (!recorded) {
        quarantine(
            folded, user, std::move(stream), stored.offset,
            "event " + std::to_string(link.sequence.value()) + " is not understood: " + describe(recorded.error()));
        return;
    }
    apply(folded.batch.sessions, *recorded);
    apply(folded.batch.messages, *recorded);
    apply(folded.batch.answers, *recorded, folded.batch.sessions.of(user, recorded->envelope.session));
    stream.head = head_after(link);
    stream.last_time = recorded->envelope.time;
    folded.batch.streams[user] = std::move(stream);
    folded.batch.events += 1;
}

void fold_record(Folded& folded, const KnownStreams& known, const StoredRecord& stored) {
    const auto link = link_of(*stored.record);
    if (!link) {
        folded.batch.foreign += 1;
        folded.foreign.push_back({stored.offset, describe(link.error())});
        return;
    }
    const UserId user(stored.record->key);
    StreamStatus stream = status_of(folded.batch, known, user);
    if (stream.quarantined_at) {
        folded.held += 1;
        return;
    }
    switch (place(stream.head, *link)) {
        case Placement::belongs:
            apply_to_stream(folded, stored, user, std::move(stream), *link);
            return;
        case Placement::void_:
            folded.batch.voids += 1;
            return;
        case Placement::broken: {
            std::string why = describe_gap(stream.head, *link);
            quarantine(folded, user, std::move(stream), stored.offset, std::move(why));
            return;
        }
    }
}

}  // namespace

std::vector<UserId> users_of(std::span<const StoredRecord> records) {
    std::vector<UserId> users;
    std::unordered_set<std::string_view> seen;
    for (const StoredRecord& stored : records)
        if (link_of(*stored.record) && seen.insert(stored.record->key).second) users.emplace_back(stored.record->key);
    return users;
}

std::optional<EventId> event_id_of(const Record& record) {
    const auto link = link_of(record);
    return link ? std::optional(link->id) : std::nullopt;
}

void fold_on(Folded& folded, std::span<const StoredRecord> records, const KnownStreams& known) {
    for (const StoredRecord& stored : records) fold_record(folded, known, stored);
    folded.next = {after(records.back().offset), event_id_of(*records.back().record)};
}

Folded fold(std::span<const StoredRecord> records, const KnownStreams& known) {
    Folded folded;
    fold_on(folded, records, known);
    return folded;
}

}  // namespace chat
