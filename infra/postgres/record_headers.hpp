#pragma once

#include <string>
#include <string_view>

#include "events/headers.hpp"

namespace chat {

/// Headers as netstrings, name and value in turn (`4:name,5:value,`): order, duplicates and bytes are kept.
std::string encode_headers(const Headers& headers);

/// Throws std::invalid_argument if it is no such text.
Headers decode_headers(std::string_view text);

}  // namespace chat
