#include "events/json/json_number.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <system_error>

namespace chat {
namespace {

// PostgreSQL's "Numeric Types": up to 131072 digits before the decimal point, up to 16383 after it. Trailing zeros
// count after the point; leading ones do not count before it.
constexpr std::int64_t most_before_point = 131072;
constexpr std::int64_t most_after_point = 16383;
// numeric refuses even a zero with an exponent of 2^30; far below that nothing is left of use.
constexpr std::int64_t most_exponent = 1'000'000;

bool parse_exponent(std::string_view text, std::int64_t& exponent) {
    if (text.front() == '+') text.remove_prefix(1);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), exponent);
    return error == std::errc() && std::abs(exponent) <= most_exponent;
}

std::int64_t size_of(std::string_view text) { return static_cast<std::int64_t>(text.size()); }

}  // namespace

JsonNumber measure_number(std::string_view number) {
    if (number.front() == '-') number.remove_prefix(1);
    const std::int64_t length = size_of(number);
    std::int64_t exponent = 0;
    const std::size_t e = number.find_first_of("eE");
    if (e != number.npos) {
        if (!parse_exponent(number.substr(e + 1), exponent)) return {};
        number = number.substr(0, e);
    }
    const std::size_t point = std::min(number.find('.'), number.size());
    const std::string_view whole = number.substr(0, point);
    const std::string_view fraction = number.substr(std::min(point + 1, number.size()));

    std::int64_t before = 0;
    if (whole != "0") {
        before = size_of(whole) + exponent;
    } else if (const std::size_t zeros = fraction.find_first_not_of('0'); zeros != fraction.npos) {
        before = exponent - static_cast<std::int64_t>(zeros);
    }
    const std::int64_t after = std::max<std::int64_t>(size_of(fraction) - exponent, 0);
    const std::int64_t written = std::max<std::int64_t>(before, 1) + (after > 0 ? 1 + after : 0);
    return {before <= most_before_point && after <= most_after_point,
            static_cast<std::size_t>(std::max<std::int64_t>(written - length, 0))};
}

}  // namespace chat
