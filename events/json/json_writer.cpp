#include "events/json/json_writer.hpp"

#include <charconv>
#include <cstddef>
#include <utility>

#include "events/json/json_escape.hpp"

namespace chat {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

void append_escape(std::string& out, char c) {
    out += '\\';
    switch (c) {
        case '"':
        case '\\':
            out += c;
            break;
        case '\b':
            out += 'b';
            break;
        case '\f':
            out += 'f';
            break;
        case '\n':
            out += 'n';
            break;
        case '\r':
            out += 'r';
            break;
        case '\t':
            out += 't';
            break;
        default:
            out += "u00";
            out += hex_digits[static_cast<unsigned char>(c) >> 4];
            out += hex_digits[static_cast<unsigned char>(c) & 0x0f];
    }
}

/// Only what RFC 8259 (7) demands is escaped, so text stays as short and readable as it came.
void append_string(std::string& out, std::string_view value) {
    out += '"';
    while (!value.empty()) {
        const std::size_t plain = plain_bytes(value);
        out += value.substr(0, plain);
        value.remove_prefix(plain);
        if (value.empty()) break;
        append_escape(out, value.front());
        value.remove_prefix(1);
    }
    out += '"';
}

}  // namespace

JsonWriter::JsonWriter() : JsonWriter('{') {}

JsonWriter::JsonWriter(char open) : closers_(1, open == '{' ? '}' : ']') {
    constexpr std::size_t most_events = 384;  // their text grows without a second allocation
    out_.reserve(most_events);
    out_ += open;
}

JsonWriter JsonWriter::array() { return JsonWriter('['); }

void JsonWriter::comma() {
    if (!first_) out_ += ',';
    first_ = false;
}

void JsonWriter::name(std::string_view name) {
    comma();
    append_string(out_, name);
    out_ += ':';
}

JsonWriter& JsonWriter::field(std::string_view name, std::string_view value) {
    this->name(name);
    append_string(out_, value);
    return *this;
}

JsonWriter& JsonWriter::field(std::string_view name, std::int64_t value) {
    this->name(name);
    char digits[20];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    out_.append(digits, end);
    return *this;
}

JsonWriter& JsonWriter::field(std::string_view name, bool value) {
    this->name(name);
    out_ += value ? "true" : "false";
    return *this;
}

JsonWriter& JsonWriter::field(std::string_view name, Time value) { return field(name, to_rfc3339(value)); }

JsonWriter& JsonWriter::null(std::string_view name) {
    this->name(name);
    out_ += "null";
    return *this;
}

JsonWriter& JsonWriter::raw(std::string_view name, const JsonText& value) {
    this->name(name);
    out_ += value.view();
    return *this;
}

JsonWriter& JsonWriter::begin_object(std::string_view name) {
    this->name(name);
    out_ += '{';
    closers_ += '}';
    first_ = true;
    return *this;
}

JsonWriter& JsonWriter::begin_array(std::string_view name) {
    this->name(name);
    out_ += '[';
    closers_ += ']';
    first_ = true;
    return *this;
}

JsonWriter& JsonWriter::element(std::string_view value) {
    comma();
    append_string(out_, value);
    return *this;
}

JsonWriter& JsonWriter::raw_element(std::string_view json) {
    comma();
    out_ += json;
    return *this;
}

JsonWriter& JsonWriter::begin_object_element() {
    comma();
    out_ += '{';
    closers_ += '}';
    first_ = true;
    return *this;
}

JsonWriter& JsonWriter::end() {
    out_ += closers_.back();
    closers_.pop_back();
    first_ = false;
    return *this;
}

std::string JsonWriter::finish() {
    while (!closers_.empty()) end();
    return std::move(out_);
}

}  // namespace chat
