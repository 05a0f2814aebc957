#include "api/authenticator.hpp"

#include <algorithm>

namespace chat {

std::optional<std::string_view> bearer_token(std::string_view authorization) {
    constexpr std::string_view scheme = "bearer ";
    if (authorization.size() <= scheme.size()) return std::nullopt;
    // Schemes are compared without case (RFC 9110, 11.1).
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    if (!std::ranges::equal(authorization.substr(0, scheme.size()), scheme, {}, lower)) return std::nullopt;
    const auto begin = authorization.find_first_not_of(' ', scheme.size());
    if (begin == std::string_view::npos) return std::nullopt;
    return authorization.substr(begin);
}

}  // namespace chat
