#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "events/agent_type.hpp"
#include "events/decode_error.hpp"
#include "events/first_message.hpp"
#include "events/ids.hpp"
#include "events/json/json_text.hpp"
#include "events/result.hpp"
#include "events/texts.hpp"

namespace chat {

/// A session began, maybe with its first message, maybe at the cost of another's place.
/// Stored for good: another shape is a new type and an upcaster.
struct SessionCreated {
    static constexpr std::string_view wire_type = "chat.session.created.v1";

    SessionId session;
    UserId user;
    std::string title;  // 1 to 255 code points
    AgentType agent_type{};
    JsonText metadata;  // an object, digit for digit
    std::optional<FirstMessage> first_message;
    std::optional<SessionId> deactivated;  // the session that the rule of five made inactive

    bool operator==(const SessionCreated&) const = default;
};

/// The record's value: the event's data as JSON.
std::string encode(const SessionCreated& event, Texts texts = Texts::kept);
Result<SessionCreated, DecodeError> decode_session_created(std::string_view data);

}  // namespace chat
