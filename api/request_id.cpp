#include "api/request_id.hpp"

#include <algorithm>

namespace chat {
namespace {

bool is_lower_hex(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_zero(std::string_view text) { return text.find_first_not_of('0') == std::string_view::npos; }

}  // namespace

std::string RequestIds::of(const Request& request) {
    const auto given = request.field(Field::x_request_id).value_or("");
    const bool visible = std::ranges::all_of(given, [](char c) { return c > ' ' && c < '\x7f'; });
    if (!given.empty() && given.size() <= 128 && visible) return std::string(given);
    return prefix_ + "-" + std::to_string(++count_);
}

std::optional<std::string> parse_traceparent(std::string_view text) {
    constexpr std::size_t length = 55;  // 00-<32>-<16>-<2>
    if (text.size() < length) return std::nullopt;
    const auto version = text.substr(0, 2);
    const auto trace = text.substr(3, 32);
    const auto parent = text.substr(36, 16);
    const auto flags = text.substr(53, 2);
    if (text[2] != '-' || text[35] != '-' || text[52] != '-') return std::nullopt;
    if (!is_lower_hex(version) || !is_lower_hex(trace) || !is_lower_hex(parent) || !is_lower_hex(flags))
        return std::nullopt;
    if (version == "ff" || is_zero(trace) || is_zero(parent)) return std::nullopt;
    if (text.size() > length && (version == "00" || text[length] != '-')) return std::nullopt;
    return std::string(text.substr(0, length));
}

Causes causes_of(const Request& request) {
    Causes causes;
    causes.correlation = request.id;
    causes.traceparent = parse_traceparent(request.field(Field::traceparent).value_or(""));
    return causes;
}

}  // namespace chat
