#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "events/ids.hpp"
#include "events/time.hpp"
#include "infra/config/settings.hpp"
#include "infra/log/logger.hpp"
#include "infra/postgres/postgres_options.hpp"
#include "infra/wiring/event_log.hpp"

namespace chat {

/// What a command of chat-replay works with, once all is open.
struct Work {
    asio::any_io_executor executor;
    const Settings& settings;
    Logger logger;
    std::vector<std::unique_ptr<OpenedLog>> logs;  // one for each that was asked for

    RecordSource& source() const { return logs.front()->source(); }
};

/// What is opened before a command begins.
struct Needs {
    std::vector<Settings> logs;  // each log as the settings with its address
    bool database = true;        // the read model; brought to the newest schema
    int interrupted = 1;         // exit code after a signal, which cancels the work
};

/// Runs a command on a context of its own until it is done, or a signal cancels it. The exit code is the body's.
int run_work(const Settings& settings, Needs needs, std::function<asio::awaitable<int>(Work&)> body);

/// For calls that read or write a lot at once.
PostgresOptions patient(const Settings& settings);

/// The command's flags as values. Throw BadUsage, which names the flag.
bool has(const Settings& settings, const std::string& flag);
std::optional<std::string> text_of(const Settings& settings, const std::string& flag);
std::string required_text(const Settings& settings, const std::string& flag);
std::optional<UserId> user_of(const Settings& settings, const std::string& flag);
std::optional<SessionId> session_of(const Settings& settings, const std::string& flag);
std::optional<Time> time_of(const Settings& settings, const std::string& flag);
std::optional<std::int64_t> number_of(const Settings& settings, const std::string& flag, std::int64_t least);

/// The same settings for a log that must be there: none is made if its name is wrong.
Settings existing_log(Settings settings);
/// The settings with another log in CHAT_LOG's place, given by a flag.
Settings with_log(Settings settings, const std::string& flag, const std::string& log);

/// Answers to commands older than this may or may not be stored.
Time answers_kept_since(const Settings& settings);

/// To stdout at once, with a line's end.
void print_line(const std::string& line);

}  // namespace chat
