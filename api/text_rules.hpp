#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "events/json/json_reader.hpp"

namespace chat {

inline constexpr std::size_t longest_title = 255;
inline constexpr std::size_t longest_message_agent_type = 20;

/// Adds a fault to the body if the text has fewer or more code points. One that was not read is not judged again.
void require_length(JsonReader& body, std::string_view name, const std::optional<std::string>& text, std::size_t least,
                    std::size_t most);
/// .. or is empty.
void require_some(JsonReader& body, std::string_view name, const std::optional<std::string>& text);

}  // namespace chat
