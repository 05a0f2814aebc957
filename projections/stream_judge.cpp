#include "projections/stream_judge.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_set>
#include <utility>

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

BrokenStream quarantine(const UserId& user, StreamStatus& stream, Offset offset, std::string why) {
    stream.quarantined_at = offset;
    stream.quarantine_reason = why;
    return {user, offset, std::move(why)};
}

}  // namespace

const StreamStatus& StreamJudge::before(const UserId& user) const {
    static const StreamStatus empty{};
    const auto found = known_.find(user);
    return found == known_.end() ? empty : found->second;
}

Judgement StreamJudge::take(const StoredRecord& stored, const UserId& user, StreamStatus& stream, const Link& link) {
    auto recorded = decode(*stored.record);
    if (!recorded)
        return quarantine(
            user, stream, stored.offset,
            "event " + std::to_string(link.sequence.value()) + " is not understood: " + describe(recorded.error()));
    stream.head = head_after(link);
    stream.last_time = recorded->envelope.time;
    return *std::move(recorded);
}

Judgement StreamJudge::judge(const StoredRecord& stored) {
    const auto link = link_of(*stored.record);
    if (!link) return ForeignRecord{stored.offset, describe(link.error())};
    const UserId user(stored.record->key);
    const auto here = changed_.find(user);
    const StreamStatus& stands = here == changed_.end() ? before(user) : here->second;
    if (stands.quarantined_at) return HeldRecord{};
    const Placement placement = place(stands.head, *link);
    if (placement == Placement::void_) return VoidRecord{};
    StreamStatus& stream = here == changed_.end() ? changed_.emplace(user, stands).first->second : here->second;
    if (placement == Placement::belongs) return take(stored, user, stream, *link);
    return quarantine(user, stream, stored.offset, describe_gap(stream.head, *link));
}

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

}  // namespace chat
