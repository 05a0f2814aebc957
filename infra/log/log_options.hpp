#pragma once

namespace chat {

enum class LogLevel { debug, info, warning, error };
/// `text`: one line for people; `json`: one JSON object a line, for machines.
enum class LogFormat { text, json };

struct LogOptions {
    LogLevel level = LogLevel::info;
    LogFormat format = LogFormat::text;

    bool operator==(const LogOptions&) const = default;
};

}  // namespace chat
