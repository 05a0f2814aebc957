#pragma once

#include <string>
#include <string_view>

namespace chat {

/// A name of SQL as it is written there: `"public"`.
inline std::string quoted_name(std::string_view name) {
    std::string quoted = "\"";
    for (const char c : name) quoted += c == '"' ? "\"\"" : std::string(1, c);
    return quoted + '"';
}

}  // namespace chat
