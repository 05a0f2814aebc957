#pragma once

#include <charconv>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "infra/config/settings.hpp"

/// Texts to values, for the rows of settings.cpp. Each gives nothing if the whole text is no such value.
namespace chat::parsers {

template <std::integral T, T least, T most>
std::optional<T> number(std::string_view text) {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < least || value > most) return std::nullopt;
    return value;
}

/// `250ms`, `10s`, `5m`; more than zero, at most a day. The unit is part of the value: 10 would be 10 of what?
std::optional<std::chrono::milliseconds> duration(std::string_view text);

/// Whole days: `30d`; at most a hundred years.
std::optional<std::chrono::seconds> days(std::string_view text);

/// `1048576`, `64KiB`, `64MiB`, `1GiB`; from 1 KiB to 1 TiB.
std::optional<std::size_t> bytes(std::string_view text);

std::optional<bool> boolean(std::string_view text);
std::optional<std::string> not_empty(std::string_view text);
std::optional<std::string> connection_string(std::string_view text);

/// An IP address; `localhost` becomes 127.0.0.1.
std::optional<std::string> ip_address(std::string_view text);

/// `postgres` (nothing inside), or `kafka://host:port[,host:port]/topic`.
std::optional<std::optional<KafkaAddress>> event_log(std::string_view text);

/// `kafka://host:port[,host:port]/topic`, or nothing at all.
std::optional<std::optional<KafkaAddress>> topic_if_any(std::string_view text);

/// Wire types, separated by commas; nothing is none.
std::optional<WriteVersions> write_versions(std::string_view text);

std::optional<std::string> any_text(std::string_view text);
std::optional<PublicTexts> public_texts(std::string_view text);
std::optional<Auth> auth(std::string_view text);
std::optional<LogLevel> log_level(std::string_view text);
std::optional<LogFormat> log_format(std::string_view text);

}  // namespace chat::parsers
