#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "events/agent_type.hpp"
#include "events/decode_error.hpp"
#include "events/ids.hpp"
#include "events/json/json_escape.hpp"
#include "events/json/json_scanner.hpp"
#include "events/json/json_text.hpp"
#include "events/message_type.hpp"
#include "events/result.hpp"
#include "events/time.hpp"

namespace chat {

/// How a JSON value becomes a T; specialised for what fields hold. `expected` completes "must be ..".
template <class T>
struct JsonField;

/// Reads one JSON object field by field and collects every fault with its JSON pointer (RFC 6901), so a caller can
/// be told all that is wrong at once. Unknown fields are ignored; of duplicate keys the last one counts. Numbers keep
/// their text. Refuses what is not UTF-8, lone surrogates and U+0000 in any string (keys too), nesting over 128, and
/// numbers that PostgreSQL's numeric cannot hold (or that together take a MiB more once it has written them out).
/// Those refusals are faults too, of the outermost field that they are in. A pointer keeps its first fault only.
/// Keeps a copy of the text.
/// After a fault the getters return empty values; look at `faults()` (or use `finish`) before using any of them.
class JsonReader {
public:
    struct Fault {
        std::string pointer;
        std::string detail;
        bool operator==(const Fault&) const = default;
    };

    explicit JsonReader(std::string_view text);
    JsonReader(JsonReader&&) noexcept;
    JsonReader& operator=(JsonReader&&) noexcept;
    ~JsonReader();

    /// The text is not JSON at all (malformed, or not UTF-8): what, and at which byte. No getter gives anything then.
    const std::optional<std::string>& malformed() const;
    /// False also where the text is JSON but no object; that is a fault at the pointer "".
    bool is_object() const;

    bool has(std::string_view name) const;  // present and not null
    /// False, and a fault, if it is not there.
    bool require(std::string_view name);
    std::string string(std::string_view name);                          // must be there
    std::optional<std::string> optional_string(std::string_view name);  // absent and null are nothing
    std::optional<std::int64_t> optional_integer(std::string_view name);
    std::optional<bool> optional_bool(std::string_view name);
    /// An object, digit for digit; absent and null are `{}`.
    JsonText object_or_empty(std::string_view name);
    /// An object inside; nothing if absent or null. Its faults are its own, with pointers below this one.
    std::optional<JsonReader> optional_object(std::string_view name);

    template <class T>
    T required(std::string_view name) {
        if (!require(name)) return T{};
        return optional<T>(name).value_or(T{});
    }
    template <class T>
    std::optional<T> optional(std::string_view name) {
        const JsonSlice* text = optional_text(name);
        if (text == nullptr) return std::nullopt;
        auto value = text->escaped ? JsonField<T>::parse(unescape(text->text)) : JsonField<T>::parse(text->text);
        if (!value) fault(name, std::string("must be ") + JsonField<T>::expected);
        return value;
    }

    void fault(std::string_view name, std::string detail);
    const std::vector<Fault>& faults() const;
    /// The value, or the first fault as a DecodeError (malformed text included).
    template <class T>
    Result<T, DecodeError> finish(T value) const {
        if (auto error = first_error()) return *error;
        return value;
    }

private:
    struct Document;
    JsonReader(std::string_view text, std::string prefix);
    std::optional<DecodeError> first_error() const;
    const JsonSlice* optional_text(std::string_view name);

    std::unique_ptr<Document> document_;
};

template <>
struct JsonField<std::string> {
    static constexpr const char* expected = "a string";
    static std::optional<std::string> parse(std::string_view text) { return std::string(text); }
};
template <class Tag>
struct JsonField<Id<Tag>> {
    static constexpr const char* expected = "a UUID";
    static std::optional<Id<Tag>> parse(std::string_view text) { return Id<Tag>::parse(text); }
};
template <>
struct JsonField<UserId> {
    static constexpr const char* expected = "a user id of 1 to 255 characters";
    static std::optional<UserId> parse(std::string_view text) { return UserId::parse(text); }
};
template <>
struct JsonField<AgentType> {
    static constexpr const char* expected = "one of primary, log_analysis";
    static std::optional<AgentType> parse(std::string_view text) { return parse_agent_type(text); }
};
template <>
struct JsonField<MessageType> {
    static constexpr const char* expected = "one of user, agent, system";
    static std::optional<MessageType> parse(std::string_view text) { return parse_message_type(text); }
};
template <>
struct JsonField<Time> {
    static constexpr const char* expected = "an RFC 3339 time";
    static std::optional<Time> parse(std::string_view text) { return parse_rfc3339(text); }
};

}  // namespace chat
