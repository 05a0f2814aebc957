#include "projections/replay_commands/work.hpp"

#include <charconv>
#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <utility>

#include "infra/config/parsers.hpp"
#include "infra/config/program_context.hpp"
#include "infra/config/run_until_signal.hpp"
#include "infra/wiring/start.hpp"
#include "projections/stop_event.hpp"

namespace chat {
namespace {

/// After a signal: what was begun is given up, which takes no time to speak of.
constexpr std::chrono::seconds grace{10};

[[noreturn]] void refuse(const std::string& flag, const std::string& expected, const std::string& text) {
    throw BadUsage("--" + flag + ": must be " + expected + ", not '" + text + "'");
}

asio::awaitable<void> open(OpenedLog& log, Settings settings, StartDeadline deadline, Logger logger) {
    auto opened = keep_trying(deadline, event_log_name(settings), logger, [&log] { return log.open(); });
    co_await std::move(opened);
    if (log.source().partitions() == 0) throw std::runtime_error(event_log_name(settings) + " is not there");
}

}  // namespace

int run_work(const Settings& settings, Needs needs, std::function<asio::awaitable<int>(Work&)> body) {
    const Logger logger = make_logger(name_of(Program::replay), settings.log());
    log_warnings(settings, logger);
    ProgramContext io;
    Work work{io.get_executor(), settings, logger, {}};
    bool database = needs.database;
    for (const Settings& log : needs.logs) {
        database = database || !log.kafka;
        work.logs.push_back(make_event_log(io.get_executor(), log, Program::replay, logger));
    }
    StopEvent stop(io.get_executor());
    int code = needs.interrupted;
    const ProgramContext::Drop drop{io};

    Phases phases;
    for (const auto& log : work.logs) phases.background.push_back(log->run());
    phases.start = [&]() -> asio::awaitable<void> {
        const StartDeadline deadline = std::chrono::steady_clock::now() + settings.start_timeout;
        if (database) co_await open_database(deadline, postgres_options(settings, Program::replay), logger);
        for (std::size_t i = 0; i < work.logs.size(); ++i)
            co_await open(*work.logs[i], needs.logs[i], deadline, logger);
    };
    phases.serve = [&]() -> asio::awaitable<void> {
        auto running = body(work);
        const std::optional<int> done = co_await stop.unless_stopped(std::move(running));
        if (done) code = *done;
    };
    phases.stop = [&] { stop.stop(); };
    const int ended = run_until_signal(io, grace, std::move(phases));
    return ended == 0 ? code : ended;
}

PostgresOptions patient(const Settings& settings) {
    PostgresOptions options = chat::postgres_options(settings, Program::replay);
    options.statement_timeout = std::chrono::minutes(10);
    options.answer_timeout = std::chrono::minutes(11);
    return options;
}

bool has(const Settings& settings, const std::string& flag) { return settings.options.contains(flag); }

std::optional<std::string> text_of(const Settings& settings, const std::string& flag) {
    const auto found = settings.options.find(flag);
    return found == settings.options.end() ? std::nullopt : std::optional(found->second);
}

std::string required_text(const Settings& settings, const std::string& flag) {
    const auto text = text_of(settings, flag);
    if (!text || text->empty()) throw BadUsage("--" + flag + " is needed (see --help)");
    return *text;
}

std::optional<UserId> user_of(const Settings& settings, const std::string& flag) {
    const auto text = text_of(settings, flag);
    if (!text) return std::nullopt;
    const auto user = UserId::parse(*text);
    if (!user) refuse(flag, "a user id of 1 to 255 characters", *text);
    return user;
}

std::optional<SessionId> session_of(const Settings& settings, const std::string& flag) {
    const auto text = text_of(settings, flag);
    if (!text) return std::nullopt;
    const auto session = SessionId::parse(*text);
    if (!session) refuse(flag, "a session's id (a UUID)", *text);
    return session;
}

std::optional<Time> time_of(const Settings& settings, const std::string& flag) {
    const auto text = text_of(settings, flag);
    if (!text) return std::nullopt;
    const auto time = parse_rfc3339(*text);
    if (!time) refuse(flag, "a time such as 2026-01-31T09:00:00Z", *text);
    return time;
}

std::optional<std::int64_t> number_of(const Settings& settings, const std::string& flag, std::int64_t least) {
    const auto text = text_of(settings, flag);
    if (!text) return std::nullopt;
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (error != std::errc() || end != text->data() + text->size() || number < least)
        refuse(flag, "a number from " + std::to_string(least), *text);
    return number;
}

Settings existing_log(Settings settings) {
    settings.make_log = false;
    return settings;
}

Settings with_log(Settings settings, const std::string& flag, const std::string& log) {
    const auto address = parsers::event_log(log);
    if (!address) refuse(flag, "postgres or kafka://host:port[,host:port]/topic", log);
    settings.kafka = *address;
    return settings;
}

Time answers_kept_since(const Settings& settings) {
    constexpr std::chrono::minutes margin(10);
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now()) -
           settings.command_keys_kept + margin;
}

void print_line(const std::string& line) {
    std::fwrite(line.data(), 1, line.size(), stdout);
    std::fputc('\n', stdout);
    std::fflush(stdout);
}

}  // namespace chat
