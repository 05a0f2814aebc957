#include "infra/config/parsers.hpp"

#include "events/session_renamed.hpp"
#include "infra/postgres/connection_string.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace chat::parsers {
namespace {

/// Splits `10s` into 10 and `s`.
std::optional<std::pair<std::uint64_t, std::string_view>> count_and_unit(std::string_view text) {
    std::uint64_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc()) return std::nullopt;
    return std::pair(count, text.substr(static_cast<std::size_t>(end - text.data())));
}

bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
}

bool is_topic(std::string_view name) {
    // Kafka's own rule (Topic.validate).
    return !name.empty() && name.size() <= 249 && name != "." && name != ".." &&
           std::ranges::all_of(name, is_name_character);
}

bool is_broker(std::string_view address) {
    const auto colon = address.rfind(':');
    if (colon == std::string_view::npos || colon == 0) return false;
    std::string_view host = address.substr(0, colon);
    const bool bracketed = host.front() == '[' && host.back() == ']' && host.size() > 2;
    if (bracketed) host = host.substr(1, host.size() - 2);
    // What a host name or an address may consist of, and the _ that container names have.
    const auto allowed = [bracketed](char c) { return is_name_character(c) || (bracketed && (c == ':' || c == '%')); };
    if (!std::ranges::all_of(host, allowed)) return false;
    return number<std::uint16_t, 1, 65535>(address.substr(colon + 1)).has_value();
}

}  // namespace

std::optional<std::chrono::milliseconds> duration(std::string_view text) {
    constexpr std::array<std::pair<std::string_view, std::uint64_t>, 3> units{{{"ms", 1}, {"s", 1000}, {"m", 60'000}}};
    constexpr std::uint64_t day = 86'400'000;
    const auto parts = count_and_unit(text);
    if (!parts || parts->first == 0 || parts->first > day) return std::nullopt;
    for (const auto& [name, milliseconds] : units)
        if (parts->second == name && parts->first * milliseconds <= day)
            return std::chrono::milliseconds(parts->first * milliseconds);
    return std::nullopt;
}

std::optional<std::chrono::seconds> days(std::string_view text) {
    constexpr std::uint64_t most = 36'500;
    const auto parts = count_and_unit(text);
    if (!parts || parts->second != "d" || parts->first == 0 || parts->first > most) return std::nullopt;
    return std::chrono::hours(24 * parts->first);
}

std::optional<std::size_t> bytes(std::string_view text) {
    constexpr std::array<std::pair<std::string_view, unsigned>, 4> units{
        {{"", 0}, {"KiB", 10}, {"MiB", 20}, {"GiB", 30}}};
    constexpr std::uint64_t most = std::uint64_t(1) << 40;
    const auto parts = count_and_unit(text);
    if (!parts || parts->first > most) return std::nullopt;
    for (const auto& [name, shift] : units) {
        if (parts->second != name || parts->first > (most >> shift)) continue;
        const std::uint64_t size = parts->first << shift;
        if (size < 1024) return std::nullopt;
        return static_cast<std::size_t>(size);
    }
    return std::nullopt;
}

std::optional<bool> boolean(std::string_view text) {
    if (text == "true") return true;
    if (text == "false") return false;
    return std::nullopt;
}

std::optional<std::string> not_empty(std::string_view text) {
    if (text.empty()) return std::nullopt;
    return std::string(text);
}

std::optional<std::string> connection_string(std::string_view text) {
    if (text.empty() || !is_connection_string(text)) return std::nullopt;
    return std::string(text);
}

std::optional<std::string> ip_address(std::string_view text) {
    if (text == "localhost") return "127.0.0.1";
    boost::system::error_code error;
    boost::asio::ip::make_address(text, error);
    if (error) return std::nullopt;
    return std::string(text);
}

std::optional<std::optional<KafkaAddress>> event_log(std::string_view text) {
    if (text == "postgres") return std::optional<KafkaAddress>();
    constexpr std::string_view scheme = "kafka://";
    if (!text.starts_with(scheme)) return std::nullopt;
    text.remove_prefix(scheme.size());
    const auto slash = text.find('/');
    if (slash == std::string_view::npos || !is_topic(text.substr(slash + 1))) return std::nullopt;
    const std::string_view brokers = text.substr(0, slash);
    for (std::size_t begin = 0; begin <= brokers.size();) {
        const std::size_t end = std::min(brokers.find(',', begin), brokers.size());
        if (!is_broker(brokers.substr(begin, end - begin))) return std::nullopt;
        begin = end + 1;
    }
    return KafkaAddress{std::string(brokers), std::string(text.substr(slash + 1))};
}

std::optional<std::optional<KafkaAddress>> topic_if_any(std::string_view text) {
    if (text.empty()) return std::optional<KafkaAddress>();
    if (text == "postgres") return std::nullopt;
    return event_log(text);
}

std::optional<WriteVersions> write_versions(std::string_view text) {
    WriteVersions versions;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(','), text.size());
        if (text.substr(0, end) != SessionRenamed::wire_type_v2) return std::nullopt;
        versions.session_renamed_v2 = true;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return versions;
}

std::optional<std::string> any_text(std::string_view text) { return std::string(text); }

std::optional<PublicTexts> public_texts(std::string_view text) {
    if (text == "full") return PublicTexts::full;
    if (text == "hashed") return PublicTexts::hashed;
    if (text == "left-out") return PublicTexts::left_out;
    return std::nullopt;
}

std::optional<Auth> auth(std::string_view text) {
    if (text == "dev") return Auth::dev;
    if (text == "jwt") return Auth::jwt;
    return std::nullopt;
}

std::optional<LogLevel> log_level(std::string_view text) {
    if (text == "debug") return LogLevel::debug;
    if (text == "info") return LogLevel::info;
    if (text == "warning") return LogLevel::warning;
    if (text == "error") return LogLevel::error;
    return std::nullopt;
}

std::optional<LogFormat> log_format(std::string_view text) {
    if (text == "text") return LogFormat::text;
    if (text == "json") return LogFormat::json;
    return std::nullopt;
}

}  // namespace chat::parsers
