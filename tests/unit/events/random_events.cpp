#include "tests/unit/events/random_events.hpp"

#include <array>
#include <utility>

#include "events/json/json_writer.hpp"

namespace chat::test {
namespace {

constexpr std::array<std::string_view, 14> odd_characters = {"\"",     "\\",     "/",          "\n",        "\t",
                                                             "\x01",   "\x1f",   "\x7f",       "\u00e9",    "\u2028",
                                                             "\u65e5", "\uffff", "\U0001F600", "\U0010FFFF"};

}  // namespace

Recorded RandomEvents::next() {
    Envelope envelope;
    envelope.id = EventId(uuid());
    envelope.user = UserId(text(1, 40));
    envelope.session = SessionId(uuid());
    envelope.time = Time(std::chrono::microseconds(below(250'000'000'000'000'000)));
    if (coin()) {
        envelope.sequence = Sequence(static_cast<std::int64_t>(2 + below(1ULL << 62U)));
        envelope.previous = EventId(uuid());
    } else {
        envelope.sequence = Sequence(1);
    }
    envelope.causes = causes();
    auto about = event(below(std::variant_size_v<Event>), envelope.user, envelope.session);
    return {std::move(envelope), std::move(about)};
}

Event RandomEvents::event(std::size_t kind, const UserId& user, SessionId session) {
    const auto message_id = [this] { return MessageId(uuid()); };
    const auto deactivated = maybe<SessionId>([this] { return SessionId(uuid()); });
    switch (kind) {
        case 0: {
            const auto first = [&] { return FirstMessage{message_id(), text(1, 300)}; };
            return SessionCreated{session,      user,
                                  text(1, 255), coin() ? AgentType::primary : AgentType::log_analysis,
                                  object(),     maybe<FirstMessage>(first),
                                  deactivated};
        }
        case 1:
            return SessionRenamed{session, text(1, 255), maybe<std::string>([this] { return text(1, 255); })};
        case 2:
            return SessionDeleted{session};
        case 3:
            return SessionRestored{session, deactivated};
        default:
            return MessageAdded{session,
                                message_id(),
                                static_cast<MessageType>(below(3)),
                                text(1, 300),
                                maybe<std::string>([this] { return text(0, 20); }),
                                object(),
                                coin(),
                                deactivated};
    }
}

Causes RandomEvents::causes() {
    const auto any = [this] { return text(0, 60); };
    return {maybe<std::string>(any), maybe<std::string>(any), maybe<std::string>(any), maybe<std::string>(any),
            maybe<std::string>([] { return "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"; })};
}

Uuid RandomEvents::uuid() {
    return uuid_v7(std::chrono::milliseconds(below(1ULL << 48U)), static_cast<std::uint16_t>(random_()), random_());
}

std::string RandomEvents::text(std::size_t least, std::size_t most) {
    std::string out;
    for (std::size_t left = least + below(most - least + 1); left > 0; --left) {
        if (below(8) == 0) {
            out += odd_characters[below(odd_characters.size())];
        } else {
            out += static_cast<char>('a' + below(26));
        }
    }
    return out;
}

std::string RandomEvents::number() {
    std::string out = coin() ? "-" : "";
    if (below(4) == 0) {
        out += '0';
    } else {
        out += static_cast<char>('1' + below(9));
        for (auto left = below(40); left > 0; --left) out += static_cast<char>('0' + below(10));
    }
    if (coin()) {
        out += '.';
        for (auto left = 1 + below(20); left > 0; --left) out += static_cast<char>('0' + below(10));
    }
    if (below(4) == 0) out += (coin() ? "e" : "E-") + std::to_string(below(400));
    return out;
}

JsonText RandomEvents::object() {
    if (coin()) return {};
    JsonWriter out;
    for (auto left = below(5); left > 0; --left) out.raw(text(0, 8), JsonText(json(4)));
    return JsonText(out.finish());
}

std::string RandomEvents::json(int depth) {
    switch (below(depth == 0 ? 4 : 7)) {
        case 0:
            return number();
        case 1:
            return coin() ? "true" : "false";
        case 2:
            return "null";
        case 3: {
            const std::string quoted = JsonWriter::array().element(text(0, 12)).finish();
            return quoted.substr(1, quoted.size() - 2);
        }
        case 4: {
            JsonWriter out = JsonWriter::array();
            for (auto left = below(4); left > 0; --left) out.raw_element(json(depth - 1));
            return out.finish();
        }
        default: {
            JsonWriter out;
            for (auto left = below(4); left > 0; --left) out.raw(text(0, 5), JsonText(json(depth - 1)));
            return out.finish();
        }
    }
}

}  // namespace chat::test
