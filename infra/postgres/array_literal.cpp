#include "infra/postgres/array_literal.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "infra/postgres/bytea.hpp"
#include "infra/postgres/timestamp.hpp"

namespace chat {

void ArrayLiteral::comma() {
    if (out_.size() > 1) out_ += ',';
}

ArrayLiteral& ArrayLiteral::add(std::string_view text) {
    comma();
    out_ += '"';
    // Within quotes only these two mean something (PostgreSQL manual, 8.15.6); U+0000 would end the parameter.
    const auto special = [](char c) { return c == '"' || c == '\\' || c == '\0'; };
    for (auto rest = text.begin();;) {
        const auto end = std::find_if(rest, text.end(), special);
        out_.append(rest, end);
        if (end == text.end()) break;
        if (*end == '\0') throw std::invalid_argument("U+0000 in a text for PostgreSQL");
        out_ += '\\';
        out_ += *end;
        rest = end + 1;
    }
    out_ += '"';
    return *this;
}

ArrayLiteral& ArrayLiteral::add(std::int64_t number) {
    comma();
    out_ += std::to_string(number);
    return *this;
}

ArrayLiteral& ArrayLiteral::add(bool value) {
    comma();
    out_ += value ? 't' : 'f';
    return *this;
}

ArrayLiteral& ArrayLiteral::add(Time time) { return add(std::string_view(to_timestamptz(time))); }

ArrayLiteral& ArrayLiteral::add(const Uuid& uuid) {
    comma();
    out_ += to_string(uuid);
    return *this;
}

ArrayLiteral& ArrayLiteral::add_null() {
    comma();
    out_ += "NULL";  // unquoted; a text of these letters is quoted
    return *this;
}

ArrayLiteral& ArrayLiteral::add_bytes(std::string_view bytes) {
    comma();
    out_ += "\"\\\\x";
    append_hex(out_, bytes);
    out_ += '"';
    return *this;
}

std::string ArrayLiteral::finish() {
    out_ += '}';
    return std::exchange(out_, "{");
}

}  // namespace chat
