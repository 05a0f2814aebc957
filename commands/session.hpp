#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "events/agent_type.hpp"
#include "events/ids.hpp"
#include "events/json/json_text.hpp"
#include "events/time.hpp"

namespace chat {

/// A session as commands see it: everything but its messages.
struct Session {
    SessionId id;
    std::string title;
    AgentType agent_type{};
    Time created_at;
    Time last_message_at;
    std::int64_t message_count = 0;
    bool active = true;  // false also while deleted
    bool deleted = false;
    /// It never changes. Nothing: it is long, and was left where the read model has it (ChatsStore::metadata).
    std::optional<JsonText> metadata = JsonText();
    Sequence changed;  // of the last event that changed it: its version, and its ETag

    bool operator==(const Session&) const = default;
};

}  // namespace chat
