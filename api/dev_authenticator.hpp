#pragma once

#include "api/authenticator.hpp"

namespace chat {

/// CHAT_AUTH=dev: the token is `dev:<user id>`, and everyone's word is taken for it. The id is the bytes as they are,
/// in UTF-8, not percent-encoded.
class DevAuthenticator final : public Authenticator {
public:
    std::optional<UserId> authenticate(std::string_view token) override;
};

}  // namespace chat
