#include "events/session_restored.hpp"

#include "events/json/json_reader.hpp"
#include "events/json/json_writer.hpp"

namespace chat {

std::string encode(const SessionRestored& event) {
    return JsonWriter().field("session_id", event.session).field("deactivated", event.deactivated).finish();
}

Result<SessionRestored, DecodeError> decode_session_restored(std::string_view data) {
    JsonReader in(data);
    return in.finish(SessionRestored{in.required<SessionId>("session_id"), in.optional<SessionId>("deactivated")});
}

}  // namespace chat
