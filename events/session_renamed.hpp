#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "events/decode_error.hpp"
#include "events/ids.hpp"
#include "events/result.hpp"
#include "events/texts.hpp"

namespace chat {

/// A session got another title. Two versions are stored: v2 also says which title it had, and is written where
/// CHAT_WRITE_VERSIONS names it. Stored for good: another shape is a new version and an upcaster.
struct SessionRenamed {
    static constexpr std::string_view wire_type = "chat.session.renamed.v1";
    static constexpr std::string_view wire_type_v2 = "chat.session.renamed.v2";

    SessionId session;
    std::string title;                            // 1 to 255 code points
    std::optional<std::string> previous_title{};  // as long; v1 does not tell

    bool operator==(const SessionRenamed&) const = default;
};

/// The version that holds all that the event says, and so the one it is stored as.
std::string_view wire_type_of(const SessionRenamed& event);

/// The record's value: the event's data as JSON, in that version.
std::string encode(const SessionRenamed& event, Texts texts = Texts::kept);
/// The upcaster: what v1 does not tell is absent.
Result<SessionRenamed, DecodeError> decode_session_renamed_v1(std::string_view data);
Result<SessionRenamed, DecodeError> decode_session_renamed_v2(std::string_view data);

}  // namespace chat
