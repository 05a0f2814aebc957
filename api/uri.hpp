#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace chat {

/// Percent-encodes every byte that may not stand in a URI (RFC 3986), so that the text can stand in a header field
/// between angle brackets, and in JSON. What is encoded already stays.
std::string uri_escaped(std::string_view text);

/// `+` is a space and `%41` an A, as HTML forms encode; nothing if a percent sign is not followed by two hex digits.
std::optional<std::string> form_decoded(std::string_view text);

/// Name and value, as they stand in the query: not decoded, in order. Empty parts are skipped.
std::vector<std::pair<std::string_view, std::string_view>> split_query(std::string_view query);

}  // namespace chat
