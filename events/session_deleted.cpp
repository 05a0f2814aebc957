#include "events/session_deleted.hpp"

#include "events/json/json_reader.hpp"
#include "events/json/json_writer.hpp"

namespace chat {

std::string encode(const SessionDeleted& event) { return JsonWriter().field("session_id", event.session).finish(); }

Result<SessionDeleted, DecodeError> decode_session_deleted(std::string_view data) {
    JsonReader in(data);
    return in.finish(SessionDeleted{in.required<SessionId>("session_id")});
}

}  // namespace chat
