#include "events/envelope.hpp"

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <system_error>
#include <utility>

#include "events/text.hpp"

namespace chat {
namespace {

constexpr std::string_view spec_version = "1.0";
constexpr std::string_view source = "/chat-store";
constexpr std::string_view media_type = "application/json";

// The schemas' own ids are relative to this base. CloudEvents wants an absolute URI (1.0.2, section 3.1.2, dataschema).
constexpr std::string_view schema_base = "chat-store:";

constexpr std::string_view schema_folder = "/schemas/";
constexpr std::string_view schema_ending = ".json";

std::string schema_of(std::string_view type) {
    return std::string(schema_base).append(schema_folder).append(type).append(schema_ending);
}

/// Also without the base, as it was written at first.
bool is_schema_of(std::string_view type, std::string_view schema) {
    if (schema.starts_with(schema_base)) schema.remove_prefix(schema_base.size());
    if (!schema.starts_with(schema_folder) || !schema.ends_with(schema_ending)) return false;
    schema.remove_prefix(schema_folder.size());
    return schema.substr(0, schema.size() - schema_ending.size()) == type;
}

/// Our headers, in the order that they are written in.
enum HeaderPlace : std::size_t {
    ce_specversion,
    ce_id,
    ce_type,
    ce_source,
    ce_subject,
    ce_time,
    ce_dataschema,
    content_type,
    ce_sequence,
    ce_previous,
    ce_commandid,
    ce_commandfingerprint,
    ce_correlationid,
    ce_causationid,
    ce_traceparent,
    header_places
};
constexpr std::array<std::string_view, header_places> header_names{
    "ce_specversion",   "ce_id",          "ce_type",       "ce_source",   "ce_subject",   "ce_time",
    "ce_dataschema",    "content-type",   "ce_sequence",   "ce_previous", "ce_commandid", "ce_commandfingerprint",
    "ce_correlationid", "ce_causationid", "ce_traceparent"};

struct CauseHeader {
    HeaderPlace place;
    std::optional<std::string> Causes::*cause;
};
constexpr CauseHeader cause_headers[] = {
    {ce_commandid, &Causes::command_key},     {ce_commandfingerprint, &Causes::command_fingerprint},
    {ce_correlationid, &Causes::correlation}, {ce_causationid, &Causes::causation},
    {ce_traceparent, &Causes::traceparent},
};

/// What a record says under our headers' names. One pass over them all, as each record of a log goes through here.
class OurHeaders {
public:
    explicit OurHeaders(const Headers& headers) {
        std::size_t expected = 0;
        for (const auto& [name, value] : headers) {
            const std::size_t place = place_of(name, expected);
            if (place == header_places) continue;
            values_[place] = value;  // of several the last one counts
            expected = place + 1;
        }
    }
    const std::optional<std::string_view>& operator[](HeaderPlace place) const { return values_[place]; }

private:
    /// Looks first where the name is if they come in our order.
    static std::size_t place_of(std::string_view name, std::size_t expected) {
        for (std::size_t i = 0; i < header_places; ++i) {
            const std::size_t place = (expected + i) % header_places;
            if (header_names[place] == name) return place;
        }
        return header_places;
    }

    std::array<std::optional<std::string_view>, header_places> values_;
};

std::optional<Sequence> parse_sequence(std::string_view text) {
    std::int64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || stop != end || number < 1 || text.front() == '0') return std::nullopt;
    return Sequence(number);
}

/// Reads one record's headers and keeps the first fault.
class HeaderReader {
public:
    explicit HeaderReader(const Record& record) : key_(record.key), headers_(record.headers) {}

    void fault(std::string_view where, std::string what) {
        if (!error_) error_ = DecodeError{std::string(where), std::move(what)};
    }
    void fault(HeaderPlace place, std::string what) { fault(header_names[place], std::move(what)); }
    const std::optional<DecodeError>& error() const { return error_; }

    std::string_view required(HeaderPlace place) {
        const auto value = headers_[place];
        if (!value) fault(place, "is required");
        return value.value_or("");
    }
    void require_exactly(HeaderPlace place, std::string_view expected) {
        if (required(place) != expected) fault(place, "must be " + std::string(expected));
    }
    void require_schema_of(std::string_view type) {
        if (!is_schema_of(type, required(ce_dataschema))) fault(ce_dataschema, "must be " + schema_of(type));
    }
    template <class T, class Parse>
    T required(HeaderPlace place, const char* expected, Parse parse) {
        const std::optional<T> value = parse(required(place));
        if (!value) fault(place, std::string("must be ") + expected);
        return value.value_or(T{});
    }
    /// Any text that every store can hold.
    std::optional<std::string> optional_text(HeaderPlace place) {
        const auto value = headers_[place];
        if (!value) return std::nullopt;
        if (valid_utf8_bytes(*value) != value->size() || value->find('\0') != value->npos) {
            fault(place, "must be UTF-8 without U+0000");
        }
        return std::string(*value);
    }

    Link link() {
        Link link;
        if (key_.empty()) fault("key", "must be a user id");
        link.id = required<EventId>(ce_id, "a UUID", EventId::parse);
        link.sequence = required<Sequence>(ce_sequence, "a number from 1", parse_sequence);
        const bool first = link.sequence == Sequence(1);
        if (first && headers_[ce_previous]) fault(ce_previous, "must be absent when ce_sequence is 1");
        if (!first) link.previous = required<EventId>(ce_previous, "a UUID", EventId::parse);
        return link;
    }

private:
    const std::string_view key_;
    const OurHeaders headers_;
    std::optional<DecodeError> error_;
};

}  // namespace

Headers encode_headers(const Envelope& envelope, std::string_view type) {
    Headers headers;
    constexpr std::size_t usual_bytes = 700;
    headers.reserve(header_places, usual_bytes);
    const auto add = [&headers](HeaderPlace place, std::string_view value) { headers.add(header_names[place], value); };
    add(ce_specversion, spec_version);
    add(ce_id, to_string(envelope.id));
    add(ce_type, type);
    add(ce_source, source);
    add(ce_subject, to_string(envelope.session));
    add(ce_time, to_rfc3339(envelope.time));
    add(ce_dataschema, schema_of(type));
    add(content_type, media_type);
    add(ce_sequence, std::to_string(envelope.sequence.value()));
    if (envelope.previous) add(ce_previous, to_string(*envelope.previous));
    for (const auto& [place, cause] : cause_headers) {
        if (const auto& value = envelope.causes.*cause) add(place, *value);
    }
    return headers;
}

Result<Envelope, DecodeError> decode_envelope(const Record& record, std::string_view type) {
    HeaderReader in(record);
    in.require_exactly(ce_specversion, spec_version);
    in.require_exactly(ce_type, type);
    in.require_exactly(ce_source, source);
    in.require_schema_of(type);
    in.require_exactly(content_type, media_type);

    Envelope envelope;
    const Link link = in.link();
    envelope.id = link.id;
    envelope.sequence = link.sequence;
    envelope.previous = link.previous;
    envelope.session = in.required<SessionId>(ce_subject, "a UUID", SessionId::parse);
    envelope.time = in.required<Time>(ce_time, "an RFC 3339 time", parse_rfc3339);
    if (auto user = UserId::parse(record.key)) {
        envelope.user = std::move(*user);
    } else {
        in.fault("key", "must be a user id of 1 to 255 characters");
    }
    for (const auto& [place, cause] : cause_headers) envelope.causes.*cause = in.optional_text(place);
    if (in.error()) return *in.error();
    return envelope;
}

Result<Link, DecodeError> decode_link(const Record& record) {
    HeaderReader in(record);
    const Link link = in.link();
    if (in.error()) return *in.error();
    return link;
}

}  // namespace chat
