#include "events/session_renamed.hpp"

#include <utility>

#include "events/json/json_reader.hpp"
#include "events/json/json_writer.hpp"
#include "events/text.hpp"

namespace chat {
namespace {

std::string read_title(JsonReader& in, const char* field) {
    std::string title = in.string(field);
    if (const auto length = count_code_points(title); length < 1U || length > 255U) {
        in.fault(field, "must be 1 to 255 characters");
    }
    return title;
}

}  // namespace

std::string_view wire_type_of(const SessionRenamed& event) {
    return event.previous_title ? SessionRenamed::wire_type_v2 : SessionRenamed::wire_type;
}

std::string encode(const SessionRenamed& event, Texts texts) {
    JsonWriter out;
    out.field("session_id", event.session);
    if (texts == Texts::kept) out.field("title", event.title).field("previous_title", event.previous_title);
    return out.finish();
}

Result<SessionRenamed, DecodeError> decode_session_renamed_v1(std::string_view data) {
    JsonReader in(data);
    SessionRenamed event{in.required<SessionId>("session_id"), read_title(in, "title")};
    return in.finish(std::move(event));
}

Result<SessionRenamed, DecodeError> decode_session_renamed_v2(std::string_view data) {
    JsonReader in(data);
    SessionRenamed event{in.required<SessionId>("session_id"), read_title(in, "title")};
    event.previous_title = read_title(in, "previous_title");
    return in.finish(std::move(event));
}

}  // namespace chat
