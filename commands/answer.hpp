#pragma once

#include <optional>
#include <string>

#include "commands/session.hpp"
#include "events/message_added.hpp"

namespace chat {

/// What a command did: everything an answer needs, built from its event and the state that it was decided on, so
/// nothing is read back. The same again for a retry, from wherever it is remembered.
struct Answer {
    Session session;                    // as it was right after the event
    std::optional<MessageAdded> added;  // of AddMessage: the message, at `time`
    Time time;                          // of the event
    Sequence sequence;                  // of the event

    bool operator==(const Answer&) const = default;
};

/// The answer that a command key was given first.
struct Answered {
    std::string fingerprint;  // of the request that it was given to
    Answer answer;

    bool operator==(const Answered&) const = default;
};

}  // namespace chat
