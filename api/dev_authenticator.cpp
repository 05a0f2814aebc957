#include "api/dev_authenticator.hpp"

namespace chat {

std::optional<UserId> DevAuthenticator::authenticate(std::string_view token) {
    constexpr std::string_view prefix = "dev:";
    if (!token.starts_with(prefix)) return std::nullopt;
    return UserId::parse(token.substr(prefix.size()));
}

}  // namespace chat
