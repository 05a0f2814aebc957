#pragma once

#include <optional>
#include <string>
#include <vector>

#include "events/event.hpp"

namespace chat {

/// One row of `chat_messages`. Order within a session is by `sequence`, that of the event in the user's stream.
struct MessageRow {
    MessageId id;
    SessionId session;
    MessageType message_type{};
    std::string content;
    std::optional<std::string> agent_type;
    JsonText metadata;
    Time created_at;
    Sequence sequence;

    bool operator==(const MessageRow&) const = default;
};

/// Rows that a batch of events adds, in stream order for each user. Messages are never changed.
using MessageHistoryChanges = std::vector<MessageRow>;

/// Pure. The caller has checked that the event belongs to its stream.
void apply(MessageHistoryChanges& changes, Recorded recorded);

}  // namespace chat
