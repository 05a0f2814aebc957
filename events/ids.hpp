#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "events/named.hpp"
#include "events/uuid.hpp"

namespace chat {

/// A partition of the log, from 0.
using Partition = Named<struct PartitionTag, std::int32_t>;
/// A record's place in its partition, as the log numbers it, from 0.
using Offset = Named<struct OffsetTag, std::int64_t>;
/// Exclusive: the first offset that is not yet read, applied or known. What checkpoints hold.
using NextOffset = Named<struct NextOffsetTag, std::int64_t>;
/// An event's number in its user's stream, from 1; 0 means that the stream has no event yet.
using Sequence = Named<struct SequenceTag, std::int64_t>;

constexpr NextOffset after(Offset offset) { return NextOffset(offset.value() + 1); }

/// An id that is a UUID and knows what it identifies.
template <class Tag>
class Id {
public:
    constexpr Id() = default;
    constexpr explicit Id(Uuid uuid) : uuid_(uuid) {}

    constexpr const Uuid& uuid() const { return uuid_; }
    static std::optional<Id> parse(std::string_view text) {
        const auto uuid = parse_uuid(text);
        return uuid ? std::optional(Id(*uuid)) : std::nullopt;
    }

    friend auto operator<=>(const Id&, const Id&) = default;

private:
    Uuid uuid_;
};

template <class Tag>
std::string to_string(const Id<Tag>& id) {
    return to_string(id.uuid());
}

using SessionId = Id<struct SessionTag>;
using MessageId = Id<struct MessageTag>;
using EventId = Id<struct EventTag>;

/// Who owns a stream: the key of its records. 1 to 255 code points of UTF-8 without U+0000 (`UserId::parse` checks;
/// the constructor trusts, for what comes from the log and the read model).
class UserId {
public:
    UserId() = default;
    explicit UserId(std::string value) : value_(std::move(value)) {}

    static std::optional<UserId> parse(std::string_view text);

    const std::string& value() const { return value_; }

    friend auto operator<=>(const UserId&, const UserId&) = default;

private:
    std::string value_;
};

}  // namespace chat

template <class Tag>
struct std::hash<chat::Id<Tag>> {
    std::size_t operator()(const chat::Id<Tag>& id) const noexcept { return std::hash<chat::Uuid>{}(id.uuid()); }
};

template <>
struct std::hash<chat::UserId> {
    std::size_t operator()(const chat::UserId& user) const noexcept { return std::hash<std::string>{}(user.value()); }
};
