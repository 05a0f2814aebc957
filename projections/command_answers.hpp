#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "events/event.hpp"
#include "projections/session_list.hpp"

namespace chat {

/// One row of `command_answers`: what the command with that key was answered first, so that a retry gets it again.
/// Of the session right after the event only what can change later; the rest is read from `chat_sessions`.
struct CommandAnswer {
    std::string key;
    std::string fingerprint;  // of the request
    Sequence sequence;        // of the event
    Time time;
    std::optional<MessageId> message;  // that the command added
    SessionChange session;             // what the batch had done to the session up to and with the event

    bool operator==(const CommandAnswer&) const = default;
};

/// The answers of a batch, one for each user and key: if a key came again after it had expired, the later one.
class CommandAnswerChanges {
public:
    void add(CommandAnswer answer);
    const std::vector<CommandAnswer>& all() const { return answers_; }

private:
    std::vector<CommandAnswer> answers_;
    std::map<std::pair<std::string, std::string>, std::size_t> index_;  // by user and key
};

/// Pure. `session` is the change of the event's session after the event was applied to it.
void apply(CommandAnswerChanges& changes, const Recorded& recorded, const SessionChange& session);

}  // namespace chat
