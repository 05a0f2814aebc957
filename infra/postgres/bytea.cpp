#include "infra/postgres/bytea.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <stdexcept>

namespace chat {
namespace {

constexpr std::string_view digits = "0123456789abcdef";
constexpr std::uint8_t no_digit = 0xff;

constexpr auto values = [] {
    std::array<std::uint8_t, 256> table{};
    table.fill(no_digit);
    for (std::uint8_t i = 0; i < 16; ++i) table[static_cast<std::uint8_t>(digits[i])] = i;
    return table;
}();

}  // namespace

void append_hex(std::string& out, std::string_view bytes) {
    std::size_t at = out.size();
    out.resize(at + 2 * bytes.size());
    for (const char c : bytes) {
        const auto byte = static_cast<std::uint8_t>(c);
        out[at++] = digits[byte >> 4];
        out[at++] = digits[byte & 15];
    }
}

std::string from_bytea(std::string_view text) {
    if (!text.starts_with("\\x") || text.size() % 2 != 0) throw std::invalid_argument("no bytea in hex");
    text.remove_prefix(2);
    std::string bytes(text.size() / 2, '\0');
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const auto high = values[static_cast<std::uint8_t>(text[2 * i])];
        const auto low = values[static_cast<std::uint8_t>(text[2 * i + 1])];
        if ((high | low) == no_digit) throw std::invalid_argument("no bytea in hex");
        bytes[i] = static_cast<char>(high << 4 | low);
    }
    return bytes;
}

}  // namespace chat
