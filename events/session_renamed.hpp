#pragma once

#include <string>
#include <string_view>

#include "events/decode_error.hpp"
#include "events/ids.hpp"
#include "events/result.hpp"
#include "events/texts.hpp"

namespace chat {

/// A session got another title.
/// Stored for good: another shape is a new type and an upcaster.
struct SessionRenamed {
    static constexpr std::string_view wire_type = "chat.session.renamed.v1";

    SessionId session;
    std::string title;  // 1 to 255 code points

    bool operator==(const SessionRenamed&) const = default;
};

/// The record's value: the event's data as JSON.
std::string encode(const SessionRenamed& event, Texts texts = Texts::kept);
Result<SessionRenamed, DecodeError> decode_session_renamed(std::string_view data);

}  // namespace chat
