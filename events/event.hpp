#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "events/decode_error.hpp"
#include "events/envelope.hpp"
#include "events/message_added.hpp"
#include "events/record.hpp"
#include "events/result.hpp"
#include "events/session_created.hpp"
#include "events/session_deleted.hpp"
#include "events/session_renamed.hpp"
#include "events/session_restored.hpp"
#include "events/stream_order.hpp"
#include "events/texts.hpp"

namespace chat {

/// Every event there is. Who visits it without a case for each does not compile.
using Event = std::variant<SessionCreated, SessionRenamed, SessionDeleted, SessionRestored, MessageAdded>;

/// An event with its envelope: one record of the log, understood.
struct Recorded {
    Envelope envelope;
    Event event;

    bool operator==(const Recorded&) const = default;
};

/// The session that an event is about.
SessionId session_of(const Event& event);

/// The record that stores the event: CloudEvents 1.0, Kafka binding, binary mode (headers `ce_*`, JSON value). With its
/// texts left out it is for other readers: `decode` would miss them.
Record encode(const Recorded& recorded, Texts texts = Texts::kept);

/// Reads a record back, lifting old versions to today's structs. Pure; the error names what is wrong.
Result<Recorded, DecodeError> decode(const Record& record);

}  // namespace chat
