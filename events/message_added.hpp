#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "events/decode_error.hpp"
#include "events/ids.hpp"
#include "events/json/json_text.hpp"
#include "events/message_type.hpp"
#include "events/result.hpp"
#include "events/texts.hpp"

namespace chat {

/// A message was added to a session.
/// Stored for good: another shape is a new type and an upcaster.
struct MessageAdded {
    static constexpr std::string_view wire_type = "chat.message.added.v1";

    SessionId session;
    MessageId message;
    MessageType message_type{};
    std::string content;                    // UTF-8, at least one code point
    std::optional<std::string> agent_type;  // at most 20 code points
    JsonText metadata;                      // an object, digit for digit
    bool reactivated = false;               // the session was inactive and is active again
    std::optional<SessionId> deactivated;   // the session that the rule of five made inactive

    bool operator==(const MessageAdded&) const = default;
};

/// The record's value: the event's data as JSON.
std::string encode(const MessageAdded& event, Texts texts = Texts::kept);
Result<MessageAdded, DecodeError> decode_message_added(std::string_view data);

}  // namespace chat
