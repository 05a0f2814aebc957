#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chat {

enum class JsonKind { object, array, string, number, true_, false_, null };

/// A piece of JSON text as it stands there: of a string, what is between the quotes.
struct JsonSlice {
    JsonKind kind{};
    std::string_view text;
    bool escaped = false;           // a string with a backslash in it
    const char* refusal = nullptr;  // JSON, but nothing that we store: why
};

struct JsonMember {
    JsonSlice name;
    JsonSlice value;
};

/// What a JSON text is: malformed, or a value that is an object with members, or one that is none.
struct JsonScan {
    std::optional<std::string> malformed;
    bool is_object = false;
    std::vector<JsonMember> members;  // in the order of the text, duplicates too
};

/// Checks the whole text against RFC 8259, without recursion, and slices the members of the object that it is; the
/// slices point into `text`. Refusals are what PostgreSQL's jsonb would not take, at any depth of a member.
///
/// Not RapidJSON: 1.1.0 (the last release) refuses integers of 310 digits and 1e400, gives numbers as text without
/// their exponents, and takes a lone low surrogate.
JsonScan scan_json(std::string_view text);

}  // namespace chat
