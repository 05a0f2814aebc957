#pragma once

#include <string>

#include "events/ids.hpp"

namespace chat {

/// The message that a session was created with: always of type `user`, without agent type or metadata.
struct FirstMessage {
    MessageId id;
    std::string content;  // UTF-8, at least one code point

    bool operator==(const FirstMessage&) const = default;
};

}  // namespace chat
