#pragma once

#include <optional>
#include <string_view>

#include "events/ids.hpp"

namespace chat {

/// Who is it that asks? A port: how tokens are made is not the routes' affair. No I/O; the server's executor.
class Authenticator {
public:
    virtual ~Authenticator() = default;

    /// `token` stands after `Bearer `. Nothing: it is no token of ours.
    virtual std::optional<UserId> authenticate(std::string_view token) = 0;
};

/// The token of an `Authorization: Bearer` field; nothing if it is another scheme, or empty.
std::optional<std::string_view> bearer_token(std::string_view authorization);

}  // namespace chat
