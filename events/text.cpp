#include "events/text.hpp"

#include <cstdint>
#include <cstring>

namespace chat {
namespace {

struct Scan {
    std::size_t bytes;        // valid ones
    std::size_t code_points;  // in those
};

constexpr bool is_continuation(unsigned char byte) { return (byte & 0xc0) == 0x80; }

/// The length of the sequence at `at` (RFC 3629, section 4), or 0.
std::size_t sequence_length(const unsigned char* at, std::size_t left) {
    const unsigned char lead = at[0];
    if (lead < 0x80) return 1;
    if (lead < 0xc2 || lead > 0xf4) return 0;
    const std::size_t length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (left < length) return 0;
    for (std::size_t i = 1; i < length; ++i) {
        if (!is_continuation(at[i])) return 0;
    }
    // The second byte rules out overlong forms, surrogates and what lies past U+10FFFF.
    const unsigned char second = at[1];
    if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f)) return 0;
    if ((lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f)) return 0;
    return length;
}

Scan scan(std::string_view text) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    const std::size_t size = text.size();
    Scan done{0, 0};
    while (done.bytes < size) {
        std::uint64_t word = 0;
        while (size - done.bytes >= sizeof word) {
            std::memcpy(&word, bytes + done.bytes, sizeof word);
            if ((word & 0x8080808080808080U) != 0) break;
            done.bytes += sizeof word;
            done.code_points += sizeof word;
        }
        if (done.bytes == size) break;
        const std::size_t length = sequence_length(bytes + done.bytes, size - done.bytes);
        if (length == 0) break;
        done.bytes += length;
        ++done.code_points;
    }
    return done;
}

}  // namespace

std::optional<std::size_t> count_code_points(std::string_view text) {
    const Scan done = scan(text);
    return done.bytes == text.size() ? std::optional(done.code_points) : std::nullopt;
}

std::size_t valid_utf8_bytes(std::string_view text) { return scan(text).bytes; }

}  // namespace chat
