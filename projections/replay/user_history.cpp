#include "projections/replay/user_history.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "events/json/json_writer.hpp"
#include "projections/fold.hpp"
#include "projections/replay/event_lines.hpp"

namespace chat {
namespace {

constexpr std::size_t records_at_once = 5000;

std::optional<SessionId> pushed_out(const Event& event) {
    return std::visit(
        [](const auto& e) -> std::optional<SessionId> {
            if constexpr (requires { e.deactivated; }) return e.deactivated;
            return std::nullopt;
        },
        event);
}

bool concerns(const Recorded& recorded, const std::optional<SessionId>& session) {
    return !session || recorded.envelope.session == *session || pushed_out(recorded.event) == session;
}

bool beyond(const Recorded& recorded, const Until& until) {
    return (until.time && recorded.envelope.time > *until.time) ||
           (until.sequence && recorded.envelope.sequence > *until.sequence);
}

std::string state_of(const StoredSession& session) {
    if (session.row.is_deleted) return "deleted";
    return session.row.is_active ? "active" : "inactive";
}

std::string readable(const StoredSession& session) {
    const SessionRow& row = session.row;
    return "  " + to_string(row.id) + " " + state_of(session) + ", " + std::to_string(row.message_count) +
           (row.message_count == 1 ? " message" : " messages") + ", last at " + to_rfc3339(row.last_message_at) + ": " +
           in_quotes(row.title) + " (" + std::string(to_string(row.agent_type)) + ")\n";
}

/// Newest activity first, as the session list is.
std::vector<const StoredSession*> listed(const UserHistory& history, const std::optional<SessionId>& only) {
    std::vector<const StoredSession*> sessions;
    for (const auto& [id, session] : history.rows.sessions)
        if (!only || id == *only) sessions.push_back(&session);
    std::ranges::stable_sort(sessions, [](const StoredSession* a, const StoredSession* b) {
        return std::pair(a->row.last_message_at, a->row.id) > std::pair(b->row.last_message_at, b->row.id);
    });
    return sessions;
}

void add_message(JsonWriter& out, const MessageRow& message) {
    out.begin_object_element()
        .field("id", message.id)
        .field("sequence", message.sequence.value())
        .field("created_at", message.created_at)
        .field("message_type", to_string(message.message_type))
        .field("agent_type", message.agent_type)
        .field("content", std::string_view(message.content))
        .raw("metadata", message.metadata)
        .end();
}

void add_session(JsonWriter& out, const UserHistory& history, const StoredSession& session, bool with_messages) {
    const SessionRow& row = session.row;
    out.begin_object_element()
        .field("id", row.id)
        .field("title", std::string_view(row.title))
        .field("agent_type", to_string(row.agent_type))
        .field("state", std::string_view(state_of(session)))
        .field("created_at", row.created_at)
        .field("last_message_at", row.last_message_at)
        .field("message_count", row.message_count)
        .raw("metadata", row.metadata);
    if (with_messages) {
        out.begin_array("messages");
        for (const MessageRow& message : history.rows.messages)
            if (message.session == row.id) add_message(out, message);
        out.end();
    }
    out.end();
}

}  // namespace

asio::awaitable<UserHistory> read_history(RecordSource& source, UserId user, Until until) {
    const Partition partition = partition_of(user.value(), source.partitions());
    const NextOffset end = co_await source.end(partition);
    UserHistory history;
    history.user = user;
    StreamMarks marks(true);
    std::vector<StoredRecord> belong;
    bool done = false;
    for (NextOffset next(0); next < end && !done;) {
        const auto left = static_cast<std::size_t>(end.value() - next.value());
        const auto records = co_await source.read(partition, next, std::min(left, records_at_once));
        next = after(records.back().offset);
        for (const StoredRecord& stored : records) {
            if (stored.record->key != user.value()) continue;
            const Mark mark = marks.mark(*stored.record);
            if (mark == Mark::void_) ++history.voids;
            if (mark != Mark::belongs && mark != Mark::broken) continue;
            const auto recorded = decode(*stored.record);
            if (recorded && beyond(*recorded, until)) {
                done = true;
                break;
            }
            if (mark == Mark::broken || !recorded) {
                history.damage =
                    "the record at offset " + std::to_string(stored.offset.value()) + " of partition " +
                    std::to_string(partition.value()) +
                    (recorded ? " does not follow: the log lacks a part of the history"
                              : " is not understood: " + recorded.error().where + " " + recorded.error().what);
                done = true;
                break;
            }
            belong.push_back(stored);
            history.events.push_back(*recorded);
        }
    }
    if (!belong.empty()) {
        RowsByUser rows;
        commit_to(rows, fold(belong, {}).batch);
        history.rows = std::move(rows[user]);
    }
    co_return history;
}

std::string readable(const UserHistory& history, const std::optional<SessionId>& session) {
    std::string text = "history of " + in_quotes(history.user.value()) + ", " + std::to_string(history.events.size()) +
                       (history.events.size() == 1 ? " event" : " events") + "\n";
    for (const Recorded& recorded : history.events)
        if (concerns(recorded, session))
            text += "  #" + std::to_string(recorded.envelope.sequence.value()) + " " +
                    to_rfc3339(recorded.envelope.time) + " " + describe(recorded.event) + "\n";
    if (history.voids > 0) text += "  (" + std::to_string(history.voids) + " void records are left out)\n";
    if (history.damage) text += "  it ends there: " + *history.damage + "\n";
    text += "sessions as they were then\n";
    for (const StoredSession* one : listed(history, session)) {
        text += readable(*one);
        if (!session) continue;
        for (const MessageRow& message : history.rows.messages)
            if (message.session == *session)
                text += "    #" + std::to_string(message.sequence.value()) + " " + to_rfc3339(message.created_at) +
                        " " + std::string(to_string(message.message_type)) + ": " + in_quotes(message.content) + "\n";
    }
    return text;
}

std::string json(const UserHistory& history, const std::optional<SessionId>& session) {
    JsonWriter out;
    const bool any = !history.events.empty();
    out.field("user", std::string_view(history.user.value()))
        .field("sequence", any ? history.events.back().envelope.sequence.value() : std::int64_t{0});
    if (any) out.field("time", history.events.back().envelope.time);
    out.field("voids", history.voids).field("damage", history.damage).begin_array("events");
    for (const Recorded& recorded : history.events) {
        if (!concerns(recorded, session)) continue;
        const Record record = encode(recorded);
        out.begin_object_element()
            .field("sequence", recorded.envelope.sequence.value())
            .field("id", recorded.envelope.id)
            .field("time", recorded.envelope.time)
            .field("type", record.header("ce_type").value_or(""))
            .field("session", recorded.envelope.session)
            .raw("data", JsonText(record.value))
            .end();
    }
    out.end().begin_array("sessions");
    for (const StoredSession* one : listed(history, session)) add_session(out, history, *one, session.has_value());
    out.end();
    return out.finish();
}

}  // namespace chat
