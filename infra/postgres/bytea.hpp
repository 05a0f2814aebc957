#pragma once

#include <string>
#include <string_view>

namespace chat {

/// Appends PostgreSQL's hex form of bytes without its `\x`.
void append_hex(std::string& out, std::string_view bytes);

/// Reads what PostgreSQL writes for a bytea with bytea_output hex (`\x6162`). Throws std::invalid_argument.
std::string from_bytea(std::string_view text);

}  // namespace chat
