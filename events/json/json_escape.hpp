#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace chat {

/// How many bytes from the start may stand in a JSON string as they are: no quote, backslash or control character.
std::size_t plain_bytes(std::string_view text);

/// The UTF-16 code unit behind `\u`; nothing if `text` does not begin with four hexadecimal digits.
std::optional<std::uint32_t> read_code_unit(std::string_view text);

constexpr bool is_high_surrogate(std::uint32_t unit) { return unit >= 0xd800 && unit <= 0xdbff; }
constexpr bool is_low_surrogate(std::uint32_t unit) { return unit >= 0xdc00 && unit <= 0xdfff; }

/// The characters that a string's text stands for. Its escapes must be right, and its surrogates paired.
std::string unescape(std::string_view text);

}  // namespace chat
