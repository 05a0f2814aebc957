#pragma once

#include <string>
#include <string_view>

#include "events/decode_error.hpp"
#include "events/ids.hpp"
#include "events/result.hpp"

namespace chat {

/// A session was deleted; it can be restored.
/// Stored for good: another shape is a new type and an upcaster.
struct SessionDeleted {
    static constexpr std::string_view wire_type = "chat.session.deleted.v1";

    SessionId session;

    bool operator==(const SessionDeleted&) const = default;
};

/// The record's value: the event's data as JSON.
std::string encode(const SessionDeleted& event);
Result<SessionDeleted, DecodeError> decode_session_deleted(std::string_view data);

}  // namespace chat
