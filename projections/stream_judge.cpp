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

}  // namespace

StreamStatus StreamJudge::status_of(const UserId& user) const {
    if (const auto here = changed_.find(user); here != changed_.end()) return here->second;
    if (const auto before = known_.find(user); before != known_.end()) return before->second;
    return {};
}

BrokenStream StreamJudge::quarantine(const UserId& user, StreamStatus stream, Offset offset, std::string why) {
    stream.quarantined_at = offset;
    stream.quarantine_reason = why;
    changed_[user] = std::move(stream);
    return {user, offset, std::move(why)};
}

Judgement StreamJudge::take(const StoredRecord& stored, const UserId& user, StreamStatus stream, const Link& link) {
    auto recorded = decode(*stored.record);
    if (!recorded)
        return quarantine(
            user, std::move(stream), stored.offset,
            "event " + std::to_string(link.sequence.value()) + " is not understood: " + describe(recorded.error()));
    stream.head = head_after(link);
    stream.last_time = recorded->envelope.time;
    changed_[user] = std::move(stream);
    return *std::move(recorded);
}

Judgement StreamJudge::judge(const StoredRecord& stored) {
    const auto link = link_of(*stored.record);
    if (!link) return ForeignRecord{stored.offset, describe(link.error())};
    const UserId user(stored.record->key);
    StreamStatus stream = status_of(user);
    if (stream.quarantined_at) return HeldRecord{};
    switch (place(stream.head, *link)) {
        case Placement::belongs:
            return take(stored, user, std::move(stream), *link);
        case Placement::void_:
            return VoidRecord{};
        case Placement::broken:
            break;
    }
    std::string why = describe_gap(stream.head, *link);
    return quarantine(user, std::move(stream), stored.offset, std::move(why));
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
