#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "events/decode_error.hpp"
#include "events/ids.hpp"
#include "events/record.hpp"
#include "events/result.hpp"
#include "events/stream_order.hpp"
#include "events/time.hpp"

namespace chat {

/// Where an event came from: stored with it, never part of what it says.
struct Causes {
    std::optional<std::string> command_key;          // Idempotency-Key; ce_commandid
    std::optional<std::string> command_fingerprint;  // of the request under that key; ce_commandfingerprint
    std::optional<std::string> correlation;          // X-Request-Id; ce_correlationid
    std::optional<std::string> causation;            // ce_causationid
    std::optional<std::string> traceparent;          // W3C Trace Context; ce_traceparent

    bool operator==(const Causes&) const = default;
};

/// What stands around an event in its record: CloudEvents 1.0 attributes and our extensions.
struct Envelope {
    EventId id;
    UserId user;        // the record's key: whose stream it is
    SessionId session;  // ce_subject
    Time time;          // never decreases within a stream
    Sequence sequence;
    std::optional<EventId> previous;  // nothing for sequence 1
    Causes causes;

    bool operator==(const Envelope&) const = default;
};

/// The headers of a record of that wire type; the key is `envelope.user`.
Headers encode_headers(const Envelope& envelope, std::string_view type);

/// What key and headers say around an event of that wire type; every rule of theirs is checked.
Result<Envelope, DecodeError> decode_envelope(const Record& record, std::string_view type);

/// Only what stream order needs, from key and headers alone: cheap, and right for types that this program does not
/// know.
Result<Link, DecodeError> decode_link(const Record& record);

}  // namespace chat
