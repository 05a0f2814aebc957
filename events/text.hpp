#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace chat {

/// Code points in valid UTF-8; nothing if the bytes are not UTF-8 (RFC 3629: no surrogates, no overlong forms).
std::optional<std::size_t> count_code_points(std::string_view text);

/// How many bytes from the start are UTF-8: `text.size()` if all are.
std::size_t valid_utf8_bytes(std::string_view text);

}  // namespace chat
