#pragma once

#include <array>
#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace chat {

/// A UUID (RFC 9562) as its 16 bytes in network order; comparing bytes compares version 7 ids by time.
struct Uuid {
    std::array<std::uint8_t, 16> bytes{};

    friend auto operator<=>(const Uuid&, const Uuid&) = default;
};

/// 36 characters, lower case.
std::string to_string(const Uuid& uuid);

/// Accepts the 8-4-4-4-12 form in either case and nothing else (no braces, no URN).
std::optional<Uuid> parse_uuid(std::string_view text);

/// Version 7 from a Unix time in milliseconds (48 bits), 12 bits for `rand_a` and 62 for `rand_b` (RFC 9562, 5.7).
/// Pure: where time and randomness come from is the caller's affair.
Uuid uuid_v7(std::chrono::milliseconds unix_time, std::uint16_t rand_a, std::uint64_t rand_b);

}  // namespace chat

template <>
struct std::hash<chat::Uuid> {
    std::size_t operator()(const chat::Uuid& uuid) const noexcept;
};
