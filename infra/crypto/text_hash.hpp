#pragma once

#include <string>
#include <string_view>

namespace chat {

/// `hmac-sha256:` and 64 hexadecimal digits: the same for equal texts under one key; who does not have the key cannot
/// try out which text gives it.
std::string hash_text(std::string_view key, std::string_view text);

}  // namespace chat
