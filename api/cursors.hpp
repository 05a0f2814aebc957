#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "events/ids.hpp"
#include "projections/ports/queries.hpp"

namespace chat {

/// Where a page of sessions begins: which way from which row.
struct SessionPageCursor {
    SessionCursor row;
    bool towards_newer = false;  // the page that ends just before the row, instead of the one that begins after it

    bool operator==(const SessionPageCursor&) const = default;
};

/// Opaque to callers: base64url of a version, a kind and the row's place, so that a later version can change what
/// stands inside. They name a place and not a count of rows, so they stay right while rows are added.
std::string encode(const SessionPageCursor& cursor);
std::optional<SessionPageCursor> parse_session_cursor(std::string_view text);

/// A message's place in its session.
std::string encode_message_cursor(Sequence sequence);
std::optional<Sequence> parse_message_cursor(std::string_view text);

}  // namespace chat
