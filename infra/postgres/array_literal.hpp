#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "events/ids.hpp"
#include "events/time.hpp"

namespace chat {

/// Writes a one-dimensional PostgreSQL array as text (`{"a","b"}`), for `unnest($1::text[])`: what libpqxx cannot send
/// in the same way in all its versions.
class ArrayLiteral {
public:
    /// Any text without U+0000, which no text of PostgreSQL can hold: that throws std::invalid_argument.
    ArrayLiteral& add(std::string_view text);
    ArrayLiteral& add(const char* text) { return add(std::string_view(text)); }
    ArrayLiteral& add(std::int64_t number);
    ArrayLiteral& add(bool value);
    ArrayLiteral& add(Time time);
    ArrayLiteral& add(const Uuid& uuid);
    template <class Tag>
    ArrayLiteral& add(const Id<Tag>& id) {
        return add(id.uuid());
    }
    template <class T>
    ArrayLiteral& add(const std::optional<T>& value) {
        return value ? add(*value) : add_null();
    }
    ArrayLiteral& add_null();
    /// An element of a bytea array: any bytes.
    ArrayLiteral& add_bytes(std::string_view bytes);

    /// Ends the array and gives the text away.
    std::string finish();

private:
    void comma();

    std::string out_ = "{";
};

}  // namespace chat
