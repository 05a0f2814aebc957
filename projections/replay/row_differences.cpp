#include "projections/replay/row_differences.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

namespace chat {
namespace {

/// FNV-1a over 64 bits, with the length before each text. It meets accidents and bugs, no attackers.
class Hash {
public:
    explicit Hash(std::uint64_t start = 14'695'981'039'346'656'037ULL) : value_(start) {}

    Hash& add(std::string_view text) {
        add(static_cast<std::int64_t>(text.size()));
        for (const char c : text) byte(static_cast<unsigned char>(c));
        return *this;
    }
    Hash& add(std::int64_t number) {
        for (int i = 0; i < 8; ++i) byte(static_cast<unsigned char>(static_cast<std::uint64_t>(number) >> (8 * i)));
        return *this;
    }
    Hash& add(bool value) { return add(std::int64_t{value ? 1 : 0}); }
    Hash& add(Time time) { return add(std::int64_t{time.time_since_epoch().count()}); }
    Hash& add(Sequence sequence) { return add(sequence.value()); }
    Hash& add(Offset offset) { return add(offset.value()); }
    Hash& add(const JsonText& json) { return add(json.view()); }
    template <class Tag>
    Hash& add(const Id<Tag>& id) {
        for (const std::uint8_t part : id.uuid().bytes) byte(part);
        return *this;
    }
    template <class T>
    Hash& add(const std::optional<T>& value) {
        add(value.has_value());
        return value ? add(*value) : *this;
    }
    std::uint64_t value() const { return value_; }

private:
    void byte(unsigned char part) { value_ = (value_ ^ part) * 1'099'511'628'211ULL; }
    std::uint64_t value_;
};

std::string shown(std::string_view text) {
    constexpr std::size_t enough = 80;
    return text.size() <= enough ? std::string(text) : std::string(text.substr(0, enough)) + "..";
}
std::string shown(std::int64_t number) { return std::to_string(number); }
std::string shown(bool value) { return value ? "true" : "false"; }
std::string shown(Time time) { return to_rfc3339(time); }
std::string shown(Sequence sequence) { return std::to_string(sequence.value()); }
std::string shown(Offset offset) { return std::to_string(offset.value()); }
std::string shown(Day day) { return to_rfc3339(Time(std::chrono::days(day.value()))).substr(0, 10); }
std::string shown(AgentType type) { return std::string(to_string(type)); }
std::string shown(MessageType type) { return std::string(to_string(type)); }
std::string shown(const JsonText& json) { return shown(json.view()); }
template <class Tag>
std::string shown(const Id<Tag>& id) {
    return to_string(id);
}
template <class T>
std::string shown(const std::optional<T>& value) {
    return value ? shown(*value) : "nothing";
}

/// Collects what differs of one user.
class Comparison {
public:
    explicit Comparison(UserId user) : user_(std::move(user)) {}

    void in(std::optional<SessionId> session, std::string row = "") {
        session_ = session;
        row_ = std::move(row);
    }
    template <class T>
    void field(const char* name, const T& expected, const T& found) {
        if (!(expected == found)) add(name, shown(expected), shown(found));
    }
    void missing() { add("row", "there", "missing"); }
    void surplus() { add("row", "not there", "there"); }
    std::vector<Difference> take() { return std::move(found_); }

private:
    void add(const char* name, std::string expected, std::string found) {
        found_.push_back(
            {user_, session_, row_.empty() ? name : row_ + " " + name, std::move(expected), std::move(found)});
    }
    UserId user_;
    std::optional<SessionId> session_;
    std::string row_;
    std::vector<Difference> found_;
};

void compare(Comparison& c, const StreamStatus& expected, const StreamStatus& found) {
    c.field("version", expected.head.sequence, found.head.sequence);
    c.field("last_event_id", expected.head.id, found.head.id);
    c.field("last_time", expected.last_time, found.last_time);
    c.field("quarantined_at", expected.quarantined_at, found.quarantined_at);
    c.field("quarantine_reason", expected.quarantine_reason, found.quarantine_reason);
}

void compare(Comparison& c, const StoredSession& expected, const StoredSession& found) {
    c.field("title", expected.row.title, found.row.title);
    c.field("agent_type", expected.row.agent_type, found.row.agent_type);
    c.field("created_at", expected.row.created_at, found.row.created_at);
    c.field("last_message_at", expected.row.last_message_at, found.row.last_message_at);
    c.field("message_count", expected.row.message_count, found.row.message_count);
    c.field("is_active", expected.row.is_active, found.row.is_active);
    c.field("deleted_at", expected.deleted_at, found.deleted_at);
    c.field("metadata", expected.row.metadata, found.row.metadata);
    c.field("changed", expected.row.changed, found.row.changed);
}

void compare(Comparison& c, const MessageRow& expected, const MessageRow& found) {
    c.field("id", expected.id, found.id);
    c.field("message_type", expected.message_type, found.message_type);
    c.field("content", expected.content, found.content);
    c.field("agent_type", expected.agent_type, found.agent_type);
    c.field("metadata", expected.metadata, found.metadata);
    c.field("created_at", expected.created_at, found.created_at);
}

void compare(Comparison& c, const AnswerRow& expected, const AnswerRow& found) {
    c.field("fingerprint", expected.fingerprint, found.fingerprint);
    c.field("sequence", expected.sequence, found.sequence);
    c.field("happened_at", expected.time, found.time);
    c.field("session_id", expected.session, found.session);
    c.field("message_id", expected.message, found.message);
    c.field("title", expected.title, found.title);
    c.field("message_count", expected.message_count, found.message_count);
    c.field("last_message_at", expected.last_message_at, found.last_message_at);
    c.field("is_active", expected.is_active, found.is_active);
    c.field("is_deleted", expected.is_deleted, found.is_deleted);
}

void compare(Comparison& c, std::int64_t expected, std::int64_t found) { c.field("messages", expected, found); }

/// Rows by key: those on both sides are compared, the others are missing or too many. `name` is asked before each.
template <class Map, class Name>
void compare_all(Comparison& c, const Map& expected, const Map& found, const Name& name) {
    for (const auto& [key, row] : expected) {
        name(key);
        const auto other = found.find(key);
        if (other == found.end())
            c.missing();
        else
            compare(c, row, other->second);
    }
    for (const auto& [key, row] : found) {
        if (expected.contains(key)) continue;
        name(key);
        c.surplus();
    }
}

using MessageKey = std::pair<SessionId, Sequence>;

std::map<MessageKey, MessageRow> by_place(const std::vector<MessageRow>& messages) {
    std::map<MessageKey, MessageRow> map;
    for (const MessageRow& message : messages) map.emplace(MessageKey{message.session, message.sequence}, message);
    return map;
}

std::map<std::string, AnswerRow> answers_from(const UserRows& rows, Time since) {
    std::map<std::string, AnswerRow> kept;
    for (const auto& [key, answer] : rows.answers)
        if (answer.time >= since) kept.emplace(key, answer);
    return kept;
}

}  // namespace

void MessagesDigest::add(const MessageRow& m) {
    ++count;
    hash = Hash(hash)
               .add(m.id)
               .add(to_string(m.message_type))
               .add(m.content)
               .add(m.agent_type)
               .add(m.metadata)
               .add(m.created_at)
               .add(m.sequence)
               .value();
}

void add(MessagesBySession& digests, const std::vector<MessageRow>& messages) {
    for (const MessageRow& message : messages) digests[message.session].add(message);
}

std::uint64_t digest(const UserRows& rows, const MessagesBySession& messages, Time answers_since) {
    Hash hash;
    hash.add(rows.stream.has_value());
    if (rows.stream)
        hash.add(rows.stream->head.sequence)
            .add(rows.stream->head.id)
            .add(rows.stream->last_time)
            .add(rows.stream->quarantined_at)
            .add(rows.stream->quarantine_reason);
    for (const auto& [id, session] : rows.sessions)
        hash.add(id)
            .add(session.row.title)
            .add(to_string(session.row.agent_type))
            .add(session.row.created_at)
            .add(session.row.last_message_at)
            .add(session.row.message_count)
            .add(session.row.is_active)
            .add(session.deleted_at)
            .add(session.row.metadata)
            .add(session.row.changed);
    for (const auto& [id, of_session] : messages)
        hash.add(id).add(of_session.count).add(static_cast<std::int64_t>(of_session.hash));
    for (const auto& [key, answer] : rows.answers) {
        if (answer.time < answers_since) continue;
        hash.add(key)
            .add(answer.fingerprint)
            .add(answer.sequence)
            .add(answer.time)
            .add(answer.session)
            .add(answer.message)
            .add(answer.title)
            .add(answer.message_count)
            .add(answer.last_message_at)
            .add(answer.is_active)
            .add(answer.is_deleted);
    }
    for (const auto& [key, count] : rows.activity)
        hash.add(std::int64_t{key.first.value()}).add(to_string(key.second)).add(count);
    return hash.value();
}

std::vector<Difference> differences(const UserId& user, const UserRows& expected, const UserRows& found,
                                    Time answers_since) {
    Comparison c(user);
    c.in({}, "stream");
    if (expected.stream && !found.stream) c.missing();
    if (!expected.stream && found.stream) c.surplus();
    if (expected.stream && found.stream) compare(c, *expected.stream, *found.stream);
    compare_all(c, expected.sessions, found.sessions, [&](const SessionId& id) { c.in(id); });
    compare_all(c, by_place(expected.messages), by_place(found.messages),
                [&](const MessageKey& key) { c.in(key.first, "message " + std::to_string(key.second.value())); });
    compare_all(c, answers_from(expected, answers_since), answers_from(found, answers_since),
                [&](const std::string& key) { c.in({}, "answer to '" + shown(std::string_view(key)) + "'"); });
    compare_all(c, expected.activity, found.activity,
                [&](const ActivityKey& key) { c.in({}, "activity " + shown(key.first) + " " + shown(key.second)); });
    return c.take();
}

}  // namespace chat
