#include "events/session_renamed.hpp"

#include <utility>

#include "events/json/json_reader.hpp"
#include "events/json/json_writer.hpp"
#include "events/text.hpp"

namespace chat {

std::string encode(const SessionRenamed& event, Texts texts) {
    JsonWriter out;
    out.field("session_id", event.session);
    if (texts == Texts::kept) out.field("title", event.title);
    return out.finish();
}

Result<SessionRenamed, DecodeError> decode_session_renamed(std::string_view data) {
    JsonReader in(data);
    SessionRenamed event{in.required<SessionId>("session_id"), in.string("title")};
    if (const auto length = count_code_points(event.title); length < 1U || length > 255U) {
        in.fault("title", "must be 1 to 255 characters");
    }
    return in.finish(std::move(event));
}

}  // namespace chat
