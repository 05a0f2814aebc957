#include "events/uuid.hpp"

#include <array>
#include <cstring>

namespace chat {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::size_t text_size = 36;

constexpr bool is_dash(std::size_t index) { return index == 8 || index == 13 || index == 18 || index == 23; }

/// A tenth of a rebuild's time went into comparing digits.
constexpr auto hex_values = [] {
    std::array<std::int8_t, 256> values{};
    values.fill(-1);
    for (std::int8_t value = 0; value < 16; ++value)
        values[static_cast<unsigned char>(hex_digits[static_cast<std::size_t>(value)])] = value;
    for (std::int8_t value = 10; value < 16; ++value) values[static_cast<unsigned char>('A' + value - 10)] = value;
    return values;
}();

int hex_value(char c) { return hex_values[static_cast<unsigned char>(c)]; }

}  // namespace

std::string to_string(const Uuid& uuid) {
    std::string text(text_size, '-');
    std::size_t at = 0;
    for (const std::uint8_t byte : uuid.bytes) {
        if (is_dash(at)) ++at;
        text[at++] = hex_digits[byte >> 4];
        text[at++] = hex_digits[byte & 0x0f];
    }
    return text;
}

std::optional<Uuid> parse_uuid(std::string_view text) {
    if (text.size() != text_size) return std::nullopt;
    Uuid uuid;
    std::size_t at = 0;
    for (std::uint8_t& byte : uuid.bytes) {
        if (is_dash(at) && text[at++] != '-') return std::nullopt;
        const int high = hex_value(text[at++]);
        const int low = hex_value(text[at++]);
        if ((high | low) < 0) return std::nullopt;
        byte = static_cast<std::uint8_t>(high << 4 | low);
    }
    return uuid;
}

Uuid uuid_v7(std::chrono::milliseconds unix_time, std::uint16_t rand_a, std::uint64_t rand_b) {
    const auto time = static_cast<std::uint64_t>(unix_time.count());
    Uuid uuid;
    for (std::size_t i = 0; i < 6; ++i) uuid.bytes[i] = static_cast<std::uint8_t>(time >> (40 - 8 * i));
    uuid.bytes[6] = static_cast<std::uint8_t>(0x70 | (rand_a >> 8 & 0x0f));
    uuid.bytes[7] = static_cast<std::uint8_t>(rand_a);
    for (std::size_t i = 0; i < 8; ++i) uuid.bytes[8 + i] = static_cast<std::uint8_t>(rand_b >> (56 - 8 * i));
    uuid.bytes[8] = static_cast<std::uint8_t>(0x80 | (uuid.bytes[8] & 0x3f));
    return uuid;
}

}  // namespace chat

std::size_t std::hash<chat::Uuid>::operator()(const chat::Uuid& uuid) const noexcept {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    std::memcpy(&high, uuid.bytes.data(), sizeof high);
    std::memcpy(&low, uuid.bytes.data() + sizeof high, sizeof low);
    // Ids made in one millisecond share their first half, so it is spread before the random half is added.
    return static_cast<std::size_t>(high * 0x9e3779b97f4a7c15U ^ low);
}
