#include "events/session_created.hpp"

#include <utility>

#include "events/json/json_reader.hpp"
#include "events/json/json_writer.hpp"
#include "events/text.hpp"

namespace chat {
namespace {

Result<FirstMessage, DecodeError> decode_first_message(JsonReader in) {
    FirstMessage message{in.required<MessageId>("message_id"), in.string("content")};
    if (message.content.empty()) in.fault("content", "must not be empty");
    return in.finish(std::move(message));
}

}  // namespace

std::string encode(const SessionCreated& event, Texts texts) {
    const bool kept = texts == Texts::kept;
    JsonWriter out;
    out.field("session_id", event.session).field("user_id", event.user.value());
    if (kept) out.field("title", event.title);
    out.field("agent_type", to_string(event.agent_type)).raw("metadata", event.metadata);
    if (const auto& first = event.first_message) {
        out.begin_object("first_message").field("message_id", first->id);
        if (kept) out.field("content", first->content);
        out.end();
    }
    return out.field("deactivated", event.deactivated).finish();
}

Result<SessionCreated, DecodeError> decode_session_created(std::string_view data) {
    JsonReader in(data);
    SessionCreated event;
    event.session = in.required<SessionId>("session_id");
    event.user = in.required<UserId>("user_id");
    event.title = in.string("title");
    if (const auto length = count_code_points(event.title); length < 1U || length > 255U) {
        in.fault("title", "must be 1 to 255 characters");
    }
    event.agent_type = in.required<AgentType>("agent_type");
    in.require("metadata");
    event.metadata = in.object_or_empty("metadata");
    if (auto first = in.optional_object("first_message")) {
        auto message = decode_first_message(std::move(*first));
        if (!message) return message.error();
        event.first_message = std::move(*message);
    }
    event.deactivated = in.optional<SessionId>("deactivated");
    return in.finish(std::move(event));
}

}  // namespace chat
