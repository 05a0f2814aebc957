#include "events/event.hpp"

#include <algorithm>
#include <type_traits>
#include <utility>

namespace chat {
namespace {

struct Decoder {
    std::string_view wire_type;
    Result<Event, DecodeError> (*decode)(std::string_view data);
};

template <auto decode_struct>
Result<Event, DecodeError> as_event(std::string_view data) {
    auto decoded = decode_struct(data);
    if (!decoded) return decoded.error();
    return Event(std::move(*decoded));
}

/// Every wire type that was ever stored. A superseded one stays, with an upcaster from its old shape to the struct.
constexpr Decoder decoders[] = {
    {SessionCreated::wire_type, as_event<decode_session_created>},
    {SessionRenamed::wire_type, as_event<decode_session_renamed_v1>},
    {SessionRenamed::wire_type_v2, as_event<decode_session_renamed_v2>},
    {SessionDeleted::wire_type, as_event<decode_session_deleted>},
    {SessionRestored::wire_type, as_event<decode_session_restored>},
    {MessageAdded::wire_type, as_event<decode_message_added>},
};

constexpr const Decoder* find_decoder(std::string_view type) {
    const auto* found = std::find_if(std::begin(decoders), std::end(decoders),
                                     [type](const Decoder& decoder) { return decoder.wire_type == type; });
    return found == std::end(decoders) ? nullptr : found;
}

template <class... Events>
constexpr bool all_can_be_decoded(std::type_identity<std::variant<Events...>>) {
    return ((find_decoder(Events::wire_type) != nullptr) && ...);
}
static_assert(all_can_be_decoded(std::type_identity<Event>{}), "an event has no row in `decoders`");

struct WireTypeOf {
    std::string_view operator()(const SessionRenamed& event) const { return wire_type_of(event); }
    template <class E>
    std::string_view operator()(const E&) const {
        return E::wire_type;  // it has one version
    }
};

template <class E>
std::string encode_data(const E& event, Texts texts) {
    if constexpr (requires { encode(event, texts); }) {
        return encode(event, texts);
    } else {
        return encode(event);  // holds no texts
    }
}

/// What key and headers repeat of the data must agree with it, or two readers see two histories.
std::optional<DecodeError> disagreement(const Envelope& envelope, const Event& event) {
    if (session_of(event) != envelope.session) return DecodeError{"ce_subject", "must be the data's session_id"};
    if (const auto* created = std::get_if<SessionCreated>(&event); created && created->user != envelope.user) {
        return DecodeError{"key", "must be the data's user_id"};
    }
    return std::nullopt;
}

}  // namespace

SessionId session_of(const Event& event) {
    return std::visit([](const auto& e) { return e.session; }, event);
}

Record encode(const Recorded& recorded, Texts texts) {
    return {recorded.envelope.user.value(), encode_headers(recorded.envelope, std::visit(WireTypeOf{}, recorded.event)),
            std::visit([texts](const auto& e) { return encode_data(e, texts); }, recorded.event)};
}

Result<Recorded, DecodeError> decode(const Record& record) {
    const auto type = record.header("ce_type");
    if (!type) return DecodeError{"ce_type", "is required"};
    const Decoder* decoder = find_decoder(*type);
    if (decoder == nullptr) return DecodeError{"ce_type", "is unknown: " + std::string(*type)};

    auto envelope = decode_envelope(record, *type);
    if (!envelope) return envelope.error();
    auto event = decoder->decode(record.value);
    if (!event) return event.error();
    if (auto error = disagreement(*envelope, *event)) return *error;
    return Recorded{std::move(*envelope), std::move(*event)};
}

}  // namespace chat
