#pragma once

#include <spdlog/logger.h>

#include <memory>
#include <string>
#include <string_view>

#include "infra/log/log_options.hpp"

namespace chat {

/// How the log is passed around; there is no global one. Safe to use on any thread.
using Logger = std::shared_ptr<spdlog::logger>;

/// Writes to stderr, a line for each message. `program` stands in every line.
Logger make_logger(const std::string& program, LogOptions options);

/// As above, to a sink of the caller's.
Logger make_logger(const std::string& program, LogOptions options, spdlog::sink_ptr sink);

/// The text inside JSON quotes; bytes that are not UTF-8 become U+FFFD, control characters escapes.
std::string escape_json(std::string_view text);

/// The text on one line: control characters become escapes, so that nobody can write lines into the log.
std::string escape_line(std::string_view text);

}  // namespace chat
