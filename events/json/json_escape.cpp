#include "events/json/json_escape.hpp"

#include <cstring>

namespace chat {
namespace {

constexpr bool is_plain(char c) { return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\'; }

/// Eight at once, as content is most of every record. Exact, but for bytes behind the first one that is not plain.
constexpr bool all_plain(std::uint64_t word) {
    constexpr std::uint64_t each = 0x0101010101010101U;
    const auto below = [](std::uint64_t bytes, std::uint64_t limit) { return (bytes - each * limit) & ~bytes; };
    const std::uint64_t found = below(word, 0x20) | below(word ^ each * '"', 1) | below(word ^ each * '\\', 1);
    return (found & each * 0x80) == 0;
}

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

void append_utf8(std::string& out, std::uint32_t point) {
    const auto put = [&out](std::uint32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
    const auto put_last = [&](int sextets) {
        for (int i = sextets - 1; i >= 0; --i) put(0x80 | (point >> (6 * i) & 0x3f));
    };
    if (point < 0x80) {
        put(point);
    } else if (point < 0x800) {
        put(0xc0 | point >> 6);
        put_last(1);
    } else if (point < 0x10000) {
        put(0xe0 | point >> 12);
        put_last(2);
    } else {
        put(0xf0 | point >> 18);
        put_last(3);
    }
}

char simple_escape(char c) {
    switch (c) {
        case 'b':
            return '\b';
        case 'f':
            return '\f';
        case 'n':
            return '\n';
        case 'r':
            return '\r';
        case 't':
            return '\t';
        default:
            return c;
    }
}

/// The code point of the escape whose digits `text` begins with, which loses them (both halves of a pair).
std::uint32_t take_code_point(std::string_view& text) {
    const std::uint32_t unit = read_code_unit(text).value_or(0);
    text.remove_prefix(4);
    if (!is_high_surrogate(unit)) return unit;
    const std::uint32_t low = read_code_unit(text.substr(2)).value_or(0);
    text.remove_prefix(6);
    return 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
}

}  // namespace

std::size_t plain_bytes(std::string_view text) {
    std::size_t plain = 0;
    std::uint64_t word = 0;
    for (; text.size() - plain >= sizeof word; plain += sizeof word) {
        std::memcpy(&word, text.data() + plain, sizeof word);
        if (!all_plain(word)) break;
    }
    while (plain < text.size() && is_plain(text[plain])) ++plain;
    return plain;
}

std::optional<std::uint32_t> read_code_unit(std::string_view text) {
    if (text.size() < 4) return std::nullopt;
    std::uint32_t unit = 0;
    for (const char c : text.substr(0, 4)) {
        const int value = hex_value(c);
        if (value < 0) return std::nullopt;
        unit = unit << 4 | static_cast<std::uint32_t>(value);
    }
    return unit;
}

std::string unescape(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (;;) {
        const std::size_t backslash = text.find('\\');
        out += text.substr(0, backslash);
        if (backslash == text.npos) return out;
        const char escape = text[backslash + 1];
        text.remove_prefix(backslash + 2);
        if (escape == 'u') {
            append_utf8(out, take_code_point(text));
        } else {
            out += simple_escape(escape);
        }
    }
}

}  // namespace chat
