#include "events/record.hpp"

#include <cstddef>

namespace chat {
namespace {

/// As in org.apache.kafka.common.utils.Utils.murmur2, to the bit: 32-bit arithmetic, little-endian words, fixed seed.
std::uint32_t murmur2(std::string_view data) {
    constexpr std::uint32_t seed = 0x9747b28c;
    constexpr std::uint32_t m = 0x5bd1e995;
    constexpr int r = 24;
    const auto byte = [data](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(data[i])); };

    std::uint32_t h = seed ^ static_cast<std::uint32_t>(data.size());
    std::size_t at = 0;
    for (; data.size() - at >= 4; at += 4) {
        std::uint32_t k = byte(at) | byte(at + 1) << 8 | byte(at + 2) << 16 | byte(at + 3) << 24;
        k *= m;
        k ^= k >> r;
        k *= m;
        h = h * m ^ k;
    }
    const std::size_t left = data.size() - at;
    for (std::size_t i = left; i > 0; --i) h ^= byte(at + i - 1) << (8 * (i - 1));
    if (left > 0) h *= m;
    h ^= h >> 13;
    h *= m;
    return h ^ h >> 15;
}

}  // namespace

Partition partition_of(std::string_view key, std::int32_t partitions) {
    constexpr std::uint32_t to_positive = 0x7fffffff;
    return Partition(static_cast<std::int32_t>(murmur2(key) & to_positive) % partitions);
}

}  // namespace chat
