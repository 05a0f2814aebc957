#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "events/decode_error.hpp"
#include "events/ids.hpp"
#include "events/result.hpp"

namespace chat {

/// An inactive or deleted session is active again.
/// Stored for good: another shape is a new type and an upcaster.
struct SessionRestored {
    static constexpr std::string_view wire_type = "chat.session.restored.v1";

    SessionId session;
    std::optional<SessionId> deactivated;  // the session that the rule of five made inactive

    bool operator==(const SessionRestored&) const = default;
};

/// The record's value: the event's data as JSON.
std::string encode(const SessionRestored& event);
Result<SessionRestored, DecodeError> decode_session_restored(std::string_view data);

}  // namespace chat
