#include "infra/log/logger.hpp"

#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "events/text.hpp"
#include "events/time.hpp"

namespace chat {
namespace {

std::string_view name_of(spdlog::level::level_enum level) {
    switch (level) {
        case spdlog::level::trace:
        case spdlog::level::debug:
            return "debug";
        case spdlog::level::info:
            return "info";
        case spdlog::level::warn:
            return "warning";
        case spdlog::level::err:
        case spdlog::level::critical:
        case spdlog::level::off:
        case spdlog::level::n_levels:
            break;
    }
    return "error";
}

spdlog::level::level_enum least(LogLevel level) {
    switch (level) {
        case LogLevel::debug:
            return spdlog::level::debug;
        case LogLevel::info:
            return spdlog::level::info;
        case LogLevel::warning:
            return spdlog::level::warn;
        case LogLevel::error:
            return spdlog::level::err;
    }
    return spdlog::level::info;
}

std::string_view view(spdlog::string_view_t text) { return {text.data(), text.size()}; }

std::string time_of(const spdlog::details::log_msg& message) {
    return to_rfc3339(std::chrono::floor<std::chrono::microseconds>(message.time));
}

/// spdlog's pattern for JSON escapes nothing, so lines are made here.
class LineFormatter final : public spdlog::formatter {
public:
    LineFormatter(std::string program, LogFormat format) : program_(std::move(program)), format_(format) {}

    void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
        const std::string line = format_ == LogFormat::json ? json(message) : text(message);
        out.append(line.data(), line.data() + line.size());
    }
    std::unique_ptr<spdlog::formatter> clone() const override {
        return std::make_unique<LineFormatter>(program_, format_);
    }

private:
    std::string text(const spdlog::details::log_msg& message) const {
        return time_of(message) + " " + std::string(name_of(message.level)) + " " + program_ + ": " +
               escape_line(view(message.payload)) + "\n";
    }
    std::string json(const spdlog::details::log_msg& message) const {
        return R"({"time":")" + time_of(message) + R"(","level":")" + std::string(name_of(message.level)) +
               R"(","program":")" + escape_json(program_) + R"(","message":")" + escape_json(view(message.payload)) +
               "\"}\n";
    }

    std::string program_;
    LogFormat format_;
};

constexpr std::string_view hex = "0123456789abcdef";

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

void append_escape(std::string& out, char c) {
    switch (c) {
        case '\n':
            out += "\\n";
            return;
        case '\r':
            out += "\\r";
            return;
        case '\t':
            out += "\\t";
            return;
        default:
            break;
    }
    out += "\\u00";
    out += hex[static_cast<unsigned char>(c) >> 4];
    out += hex[static_cast<unsigned char>(c) & 0xf];
}

/// `also`: further characters to put a backslash before.
std::string escape(std::string_view text, std::string_view also) {
    constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const std::size_t valid = valid_utf8_bytes(text);
        for (const char c : text.substr(0, valid)) {
            if (is_control(c)) {
                append_escape(out, c);
                continue;
            }
            if (also.find(c) != std::string_view::npos) out += '\\';
            out += c;
        }
        text.remove_prefix(valid);
        if (text.empty()) break;
        out += replacement;
        text.remove_prefix(1);
    }
    return out;
}

}  // namespace

std::string escape_json(std::string_view text) { return escape(text, "\"\\"); }

std::string escape_line(std::string_view text) { return escape(text, ""); }

Logger make_logger(const std::string& program, LogOptions options, spdlog::sink_ptr sink) {
    auto logger = std::make_shared<spdlog::logger>(program, std::move(sink));
    logger->set_formatter(std::make_unique<LineFormatter>(program, options.format));
    logger->set_level(least(options.level));
    return logger;
}

Logger make_logger(const std::string& program, LogOptions options) {
    return make_logger(program, options, std::make_shared<spdlog::sinks::stderr_sink_mt>());
}

}  // namespace chat
