#include "api/render.hpp"

#include "events/json/json_writer.hpp"

namespace chat {
namespace {

bool is_active(const Session& session) { return session.active; }
bool is_active(const SessionRow& session) { return session.is_active; }
const JsonText& metadata_of(const Session& session) { return session.metadata.value(); }
const JsonText& metadata_of(const SessionRow& session) { return session.metadata; }

template <class AnySession>
void write_session(JsonWriter& out, const AnySession& session) {
    out.field("id", session.id)
        .field("title", session.title)
        .field("agent_type", to_string(session.agent_type))
        .field("created_at", session.created_at)
        .field("last_message_at", session.last_message_at)
        .field("message_count", session.message_count)
        .field("is_active", is_active(session))
        .raw("metadata", metadata_of(session));
}

void write_message(JsonWriter& out, const MessageRow& message) {
    out.field("id", message.id)
        .field("session_id", message.session)
        .field("message_type", to_string(message.message_type))
        .field("content", message.content);
    if (message.agent_type)
        out.field("agent_type", *message.agent_type);
    else
        out.null("agent_type");
    out.raw("metadata", message.metadata).field("created_at", message.created_at);
}

void write(JsonWriter& out, const SessionRow& session) { write_session(out, session); }
void write(JsonWriter& out, const MessageRow& message) { write_message(out, message); }

template <class Row>
void write_elements(JsonWriter& out, const std::vector<Row>& rows) {
    for (const Row& row : rows) {
        out.begin_object_element();
        write(out, row);
        out.end();
    }
}

template <class Row>
std::string array_of(const std::vector<Row>& rows) {
    JsonWriter out = JsonWriter::array();
    write_elements(out, rows);
    return out.finish();
}

}  // namespace

std::string render(const Session& session) {
    JsonWriter out;
    write_session(out, session);
    return out.finish();
}

std::string render(const SessionRow& session) {
    JsonWriter out;
    write_session(out, session);
    return out.finish();
}

std::string render(const MessageAdded& message, Time created_at) {
    return render(MessageRow{message.message, message.session, message.message_type, message.content,
                             message.agent_type, message.metadata, created_at, Sequence()});
}

std::string render(const MessageRow& message) {
    JsonWriter out;
    write_message(out, message);
    return out.finish();
}

std::string render(const std::vector<SessionRow>& sessions) { return array_of(sessions); }
std::string render(const std::vector<MessageRow>& messages) { return array_of(messages); }

std::string render(const SessionRow& session, const std::vector<MessageRow>& messages) {
    JsonWriter out;
    write_session(out, session);
    out.begin_array("messages");
    write_elements(out, messages);
    return out.finish();
}

}  // namespace chat
