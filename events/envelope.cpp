#include "events/envelope.hpp"

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
constexpr std::string_view content_type = "application/json";

// The schemas' own ids are relative to this base. CloudEvents wants an absolute URI (1.0.2, section 3.1.2, dataschema).
constexpr std::string_view schema_base = "chat-store:";

std::string schema_path(std::string_view type) { return "/schemas/" + std::string(type) + ".json"; }
std::string schema_of(std::string_view type) { return std::string(schema_base) + schema_path(type); }

struct CauseHeader {
    const char* name;
    std::optional<std::string> Causes::*cause;
};
constexpr CauseHeader cause_headers[] = {
    {"ce_commandid", &Causes::command_key},     {"ce_commandfingerprint", &Causes::command_fingerprint},
    {"ce_correlationid", &Causes::correlation}, {"ce_causationid", &Causes::causation},
    {"ce_traceparent", &Causes::traceparent},
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
    explicit HeaderReader(const Record& record) : record_(record) {}

    void fault(const char* where, std::string what) {
        if (!error_) error_ = DecodeError{where, std::move(what)};
    }
    const std::optional<DecodeError>& error() const { return error_; }

    std::string_view required(const char* name) {
        const auto value = record_.header(name);
        if (!value) fault(name, "is required");
        return value.value_or("");
    }
    void require_exactly(const char* name, std::string_view expected) {
        if (required(name) != expected) fault(name, "must be " + std::string(expected));
    }
    /// Also without the base, as it was written at first.
    void require_schema_of(std::string_view type) {
        constexpr const char* name = "ce_dataschema";
        if (record_.header(name) != schema_path(type)) require_exactly(name, schema_of(type));
    }
    template <class T, class Parse>
    T required(const char* name, const char* expected, Parse parse) {
        const std::optional<T> value = parse(required(name));
        if (!value) fault(name, std::string("must be ") + expected);
        return value.value_or(T{});
    }
    /// Any text that every store can hold.
    std::optional<std::string> optional_text(const char* name) {
        const auto value = record_.header(name);
        if (!value) return std::nullopt;
        if (valid_utf8_bytes(*value) != value->size() || value->find('\0') != value->npos) {
            fault(name, "must be UTF-8 without U+0000");
        }
        return std::string(*value);
    }

    Link link() {
        Link link;
        if (record_.key.empty()) fault("key", "must be a user id");
        link.id = required<EventId>("ce_id", "a UUID", EventId::parse);
        link.sequence = required<Sequence>("ce_sequence", "a number from 1", parse_sequence);
        const bool first = link.sequence == Sequence(1);
        if (first && record_.header("ce_previous")) fault("ce_previous", "must be absent when ce_sequence is 1");
        if (!first) link.previous = required<EventId>("ce_previous", "a UUID", EventId::parse);
        return link;
    }

private:
    const Record& record_;
    std::optional<DecodeError> error_;
};

}  // namespace

std::vector<Header> encode_headers(const Envelope& envelope, std::string_view type) {
    std::vector<Header> headers;
    constexpr std::size_t most = 15;
    headers.reserve(most);
    const auto add = [&headers](const char* name, std::string value) {
        headers.push_back(Header{name, std::move(value)});
    };
    add("ce_specversion", std::string(spec_version));
    add("ce_id", to_string(envelope.id));
    add("ce_type", std::string(type));
    add("ce_source", std::string(source));
    add("ce_subject", to_string(envelope.session));
    add("ce_time", to_rfc3339(envelope.time));
    add("ce_dataschema", schema_of(type));
    add("content-type", std::string(content_type));
    add("ce_sequence", std::to_string(envelope.sequence.value()));
    if (envelope.previous) add("ce_previous", to_string(*envelope.previous));
    for (const auto& [name, cause] : cause_headers) {
        if (const auto& value = envelope.causes.*cause) add(name, *value);
    }
    return headers;
}

Result<Envelope, DecodeError> decode_envelope(const Record& record, std::string_view type) {
    HeaderReader in(record);
    in.require_exactly("ce_specversion", spec_version);
    in.require_exactly("ce_type", type);
    in.require_exactly("ce_source", source);
    in.require_schema_of(type);
    in.require_exactly("content-type", content_type);

    Envelope envelope;
    const Link link = in.link();
    envelope.id = link.id;
    envelope.sequence = link.sequence;
    envelope.previous = link.previous;
    envelope.session = in.required<SessionId>("ce_subject", "a UUID", SessionId::parse);
    envelope.time = in.required<Time>("ce_time", "an RFC 3339 time", parse_rfc3339);
    if (auto user = UserId::parse(record.key)) {
        envelope.user = std::move(*user);
    } else {
        in.fault("key", "must be a user id of 1 to 255 characters");
    }
    for (const auto& [name, cause] : cause_headers) envelope.causes.*cause = in.optional_text(name);
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
