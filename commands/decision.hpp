#pragma once

#include <variant>

#include "events/event.hpp"
#include "events/ids.hpp"

namespace chat {

/// The rules say no.
enum class Refusal {
    no_such_session,  // not this user's, deleted, or never was: the same answer for all three
    moved_on,         // the session is not at a version that the caller named
    key_reused,       // the command key belongs to another request
};

/// What the command asks for already holds: nothing is stored.
struct Unchanged {
    SessionId session;
    bool operator==(const Unchanged&) const = default;
};

using Decision = std::variant<Event, Unchanged, Refusal>;

/// What a decision may use beside state and command. Ids are made before deciding, so that decide stays pure; an id
/// that is not used is thrown away.
struct Context {
    UserId user;
    SessionId new_session;
    MessageId new_message;
    bool tell_previous_title = false;  // of a session that is renamed: chat.session.renamed.v2
};

}  // namespace chat
