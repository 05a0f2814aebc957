#include "projections/replay/event_lines.hpp"

#include <array>
#include <utility>

#include "events/json/json_scanner.hpp"
#include "events/json/json_writer.hpp"
#include "events/text.hpp"

namespace chat {
namespace {

std::string in(SessionId session) { return to_string(session); }

std::string pushed_out(const std::optional<SessionId>& session) {
    return session ? ", and " + in(*session) + " became inactive" : std::string();
}

std::string words(const SessionCreated& e) {
    const std::string first = e.first_message ? ", first message " + in_quotes(e.first_message->content) : "";
    return "session " + in(e.session) + " created: " + in_quotes(e.title) + " (" +
           std::string(to_string(e.agent_type)) + ")" + first + pushed_out(e.deactivated);
}
std::string words(const SessionRenamed& e) { return "session " + in(e.session) + " renamed: " + in_quotes(e.title); }
std::string words(const SessionDeleted& e) { return "session " + in(e.session) + " deleted"; }
std::string words(const SessionRestored& e) {
    return "session " + in(e.session) + " restored" + pushed_out(e.deactivated);
}
std::string words(const MessageAdded& e) {
    return std::string(to_string(e.message_type)) + " message in " + in(e.session) + ": " + in_quotes(e.content) +
           (e.reactivated ? ", which made it active again" : "") + pushed_out(e.deactivated);
}

/// Bytes as valid UTF-8: what is none becomes U+FFFD.
std::string repaired(std::string_view bytes) {
    std::string text;
    while (!bytes.empty()) {
        const std::size_t valid = valid_utf8_bytes(bytes);
        text += bytes.substr(0, valid);
        bytes.remove_prefix(valid);
        if (bytes.empty()) break;
        text += "\xEF\xBF\xBD";
        bytes.remove_prefix(1);
    }
    return text;
}

std::string header_of(const Record& record, std::string_view name) {
    return repaired(record.header(name).value_or(""));
}

bool is_json_object(std::string_view text) {
    const JsonScan scan = scan_json(text);
    return !scan.malformed && scan.is_object;
}

std::string remark(Mark mark) {
    switch (mark) {
        case Mark::belongs:
            return {};
        case Mark::void_:
            return "  (void: a lost race, or a second copy)";
        case Mark::broken:
            return "  (BROKEN: it does not follow what the log has of this user)";
        case Mark::held:
            return "  (held: after a broken one)";
        case Mark::unknown:
            return "  (not known whether it belongs: the first one of this user that was read)";
        case Mark::foreign:
            return "  (foreign)";
    }
    return {};
}

}  // namespace

std::string_view to_string(Mark mark) {
    constexpr std::array<std::string_view, 6> names{"belongs", "void", "broken", "held", "unknown", "foreign"};
    return names[static_cast<std::size_t>(mark)];
}

Mark StreamMarks::mark(const Record& record) {
    if (!UserId::parse(record.key)) return Mark::foreign;
    const auto link = decode_link(record);
    if (!link) return Mark::foreign;
    const auto [at, is_new] = streams_.try_emplace(record.key);
    Stream& stream = at->second;
    if (is_new && !complete_) {
        stream.head = head_after(*link);
        return link->sequence == Sequence(1) ? Mark::belongs : Mark::unknown;
    }
    if (stream.broken) return Mark::held;
    switch (place(stream.head, *link)) {
        case Placement::belongs:
            stream.head = head_after(*link);
            return Mark::belongs;
        case Placement::void_:
            return Mark::void_;
        case Placement::broken:
            stream.broken = true;
            return Mark::broken;
    }
    return Mark::foreign;
}

std::string in_quotes(std::string_view text) {
    constexpr std::size_t enough = 120;
    std::string cut = repaired(text.substr(0, enough));
    if (text.size() > enough) cut += "..";
    // Escaped as in JSON: without control characters, so that nobody's text moves the cursor or makes lines.
    const std::string array = JsonWriter::array().element(cut).finish();
    std::string safe;
    for (const char c : array.substr(1, array.size() - 2)) {
        if (c == '\x7f')
            safe += "\\u007f";
        else
            safe += c;
    }
    return safe;
}

std::string describe(const Event& event) {
    return std::visit([](const auto& e) { return words(e); }, event);
}

std::string readable_line(Partition partition, const StoredRecord& stored, Mark mark) {
    const std::string where =
        "[" + std::to_string(partition.value()) + ":" + std::to_string(stored.offset.value()) + "] ";
    const Record& record = *stored.record;
    if (mark == Mark::foreign) return where + "no event of ours: key " + in_quotes(record.key) + remark(mark);
    const auto recorded = decode(record);
    const std::string sequence = " #" + in_quotes(header_of(record, "ce_sequence")).substr(1);
    const std::string what = recorded ? describe(recorded->event)
                                      : in_quotes(header_of(record, "ce_type")) +
                                            " that is not understood: " + recorded.error().where + " " +
                                            recorded.error().what;
    const std::string when = recorded ? to_rfc3339(recorded->envelope.time) : in_quotes(header_of(record, "ce_time"));
    return where + when + " " + in_quotes(record.key) + sequence.substr(0, sequence.size() - 1) + " " + what +
           remark(mark);
}

std::string json_line(Partition partition, const StoredRecord& stored, Mark mark) {
    const Record& record = *stored.record;
    JsonWriter out;
    out.field("partition", std::int64_t{partition.value()})
        .field("offset", stored.offset.value())
        .field("mark", to_string(mark))
        .field("user", std::string_view(repaired(record.key)));
    const auto link = mark == Mark::foreign ? Result<Link, DecodeError>(DecodeError{}) : decode_link(record);
    if (link)
        out.field("sequence", link->sequence.value())
            .field("id", link->id)
            .field("time", std::string_view(header_of(record, "ce_time")))
            .field("type", std::string_view(header_of(record, "ce_type")))
            .field("session", std::string_view(header_of(record, "ce_subject")));
    if (is_json_object(record.value)) out.raw("data", JsonText(record.value));
    return out.finish();
}

}  // namespace chat
