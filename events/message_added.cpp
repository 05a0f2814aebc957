#include "events/message_added.hpp"

#include <utility>

#include "events/json/json_reader.hpp"
#include "events/json/json_writer.hpp"
#include "events/text.hpp"

namespace chat {

std::string encode(const MessageAdded& event, Texts texts) {
    JsonWriter out;
    out.field("session_id", event.session)
        .field("message_id", event.message)
        .field("message_type", to_string(event.message_type));
    if (texts == Texts::kept) out.field("content", event.content);
    return out.field("agent_type", event.agent_type)
        .raw("metadata", event.metadata)
        .field("reactivated", event.reactivated)
        .field("deactivated", event.deactivated)
        .finish();
}

Result<MessageAdded, DecodeError> decode_message_added(std::string_view data) {
    JsonReader in(data);
    MessageAdded event;
    event.session = in.required<SessionId>("session_id");
    event.message = in.required<MessageId>("message_id");
    event.message_type = in.required<MessageType>("message_type");
    event.content = in.string("content");
    if (event.content.empty()) in.fault("content", "must not be empty");
    event.agent_type = in.optional_string("agent_type");
    if (event.agent_type && count_code_points(*event.agent_type) > 20U) {
        in.fault("agent_type", "must be at most 20 characters");
    }
    in.require("metadata");
    event.metadata = in.object_or_empty("metadata");
    in.require("reactivated");
    event.reactivated = in.optional_bool("reactivated").value_or(false);
    event.deactivated = in.optional<SessionId>("deactivated");
    return in.finish(std::move(event));
}

}  // namespace chat
