#include "api/cursors.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>

namespace chat {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// The first byte: version 1 of a kind of cursor.
constexpr char older_sessions = '\x11';
constexpr char newer_sessions = '\x12';
constexpr char message = '\x13';

// What PostgreSQL's timestamptz and RFC 3339 both can say: the years 1 to 9999.
constexpr std::int64_t least_time = -62'135'596'800'000'000;
constexpr std::int64_t most_time = 253'402'300'799'999'999;

std::string base64url(std::string_view bytes) {
    std::string text;
    std::uint32_t bits = 0;
    int count = 0;
    for (const char byte : bytes) {
        bits = bits << 8 | static_cast<unsigned char>(byte);
        for (count += 8; count >= 6; count -= 6) text += alphabet[bits >> (count - 6) & 63];
    }
    if (count > 0) text += alphabet[bits << (6 - count) & 63];
    return text;
}

std::optional<std::string> from_base64url(std::string_view text) {
    std::string bytes;
    std::uint32_t bits = 0;
    int count = 0;
    for (const char c : text) {
        const auto digit = alphabet.find(c);
        if (digit == std::string_view::npos) return std::nullopt;
        bits = bits << 6 | static_cast<std::uint32_t>(digit);
        count += 6;
        if (count < 8) continue;
        count -= 8;
        bytes += static_cast<char>(bits >> count & 255);
    }
    if (base64url(bytes) != text) return std::nullopt;  // one text for one cursor
    return bytes;
}

void put_number(std::string& out, std::int64_t number) {
    for (int shift = 56; shift >= 0; shift -= 8)
        out += static_cast<char>(static_cast<std::uint64_t>(number) >> shift & 255);
}

std::int64_t number_at(std::string_view bytes, std::size_t begin) {
    std::uint64_t number = 0;
    for (const char byte : bytes.substr(begin, 8)) number = number << 8 | static_cast<unsigned char>(byte);
    return static_cast<std::int64_t>(number);
}

}  // namespace

std::string encode(const SessionPageCursor& cursor) {
    std::string bytes(1, cursor.towards_newer ? newer_sessions : older_sessions);
    put_number(bytes, cursor.row.last_message_at.time_since_epoch().count());
    for (const std::uint8_t byte : cursor.row.id.uuid().bytes) bytes += static_cast<char>(byte);
    return base64url(bytes);
}

std::optional<SessionPageCursor> parse_session_cursor(std::string_view text) {
    const auto bytes = from_base64url(text);
    if (!bytes || bytes->size() != 25) return std::nullopt;
    const char kind = bytes->front();
    if (kind != older_sessions && kind != newer_sessions) return std::nullopt;
    const std::int64_t time = number_at(*bytes, 1);
    if (time < least_time || time > most_time) return std::nullopt;
    Uuid id;
    std::copy(bytes->begin() + 9, bytes->end(), id.bytes.begin());
    return SessionPageCursor{{Time(std::chrono::microseconds(time)), SessionId(id)}, kind == newer_sessions};
}

std::string encode_message_cursor(Sequence sequence) {
    std::string bytes(1, message);
    put_number(bytes, sequence.value());
    return base64url(bytes);
}

std::optional<Sequence> parse_message_cursor(std::string_view text) {
    const auto bytes = from_base64url(text);
    if (!bytes || bytes->size() != 9 || bytes->front() != message) return std::nullopt;
    const std::int64_t sequence = number_at(*bytes, 1);
    if (sequence < 0) return std::nullopt;
    return Sequence(sequence);
}

}  // namespace chat
