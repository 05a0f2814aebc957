#include "infra/config/program.hpp"

#include <algorithm>
#include <csignal>
#include <exception>
#include <iostream>
#include <variant>

#include "events/outage.hpp"
#include "infra/config/open_files.hpp"
#include "infra/log/logger.hpp"

// Declared by POSIX in <unistd.h> only for some feature macros.
extern char** environ;

namespace chat {
namespace {

Environment environment() {
    Environment found;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string text = *entry;
        const auto equals = text.find('=');
        if (equals != std::string::npos) found.emplace_back(text.substr(0, equals), text.substr(equals + 1));
    }
    return found;
}

/// One line, in the form of the log's lines where that is for machines.
int complain(Program program, const std::exception& error, ExitCode code, LogFormat format) {
    if (format == LogFormat::json)
        make_logger(name_of(program), {LogLevel::error, format})->error("{}", error.what());
    else
        std::cerr << name_of(program) << ": " << escape_line(error.what()) << std::endl;
    return code;
}

/// The exit code of `body`; what it throws becomes one line and a code. `body` sets the form of that line as soon as it
/// knows it.
int guarded(Program program, const std::function<int(LogFormat&)>& body) {
    LogFormat format = LogFormat::text;
    try {
        return body(format);
    } catch (const BadUsage& error) {
        return complain(program, error, exit_usage, format);
    } catch (const Outage& error) {
        return complain(program, error, exit_unreachable, format);
    } catch (const std::exception& error) {
        return complain(program, error, exit_failed, format);
    }
}

bool asks_for_help(const std::string& argument) { return argument == "--help" || argument == "-h"; }

std::string overview(Program program, const std::vector<Subcommand>& commands) {
    std::string text = "usage: " + name_of(program) + " COMMAND [flags]\n\ncommands (each has its own --help):\n";
    std::size_t widest = 0;
    for (const Subcommand& command : commands) widest = std::max(widest, command.name.size());
    for (const Subcommand& command : commands)
        text += "  " + command.name + std::string(widest + 2 - command.name.size(), ' ') + command.summary + "\n";
    return text + "\n" + std::get<Help>(load_settings(program, {"--help"}, {})).text;
}

const Subcommand& command_named(const std::string& name, const std::vector<Subcommand>& commands) {
    const auto found = std::ranges::find(commands, name, &Subcommand::name);
    if (found != commands.end()) return *found;
    std::string names;
    for (const Subcommand& command : commands) names += (names.empty() ? "" : ", ") + command.name;
    throw BadUsage("there is no command '" + name + "'; commands are " + names + " (see --help)");
}

int run_command(Program program, const Subcommand& command, const std::vector<std::string>& arguments,
                LogFormat& format) {
    const auto loaded = load_settings(program, arguments, environment(), command.flags);
    if (const auto* help = std::get_if<Help>(&loaded)) {
        std::cout << "usage: " << name_of(program) << ' ' << command.name << " [flags]\n\n"
                  << command.about << '\n'
                  << help->text << std::flush;
        return exit_done;
    }
    const Settings& settings = std::get<Settings>(loaded);
    format = settings.log_format;
    return command.run(settings);
}

}  // namespace

int run_program(Program program, int argc, char** argv, const std::function<int(const Settings&)>& body) {
    open_standard_streams();
    // Who reads the log may end before us: then lines are lost, and service goes on.
    std::signal(SIGPIPE, SIG_IGN);
    return guarded(program, [&](LogFormat& format) {
        const auto loaded =
            load_settings(program, std::vector<std::string>(argv + (argc > 0), argv + argc), environment());
        if (const auto* help = std::get_if<Help>(&loaded)) {
            std::cout << help->text << std::flush;
            return static_cast<int>(exit_done);
        }
        const Settings& settings = std::get<Settings>(loaded);
        format = settings.log_format;
        return body(settings);
    });
}

int run_commands(Program program, int argc, char** argv, const std::vector<Subcommand>& commands) {
    open_standard_streams();
    return guarded(program, [&](LogFormat& format) {
        std::vector<std::string> arguments(argv + (argc > 0), argv + argc);
        if (arguments.empty()) throw BadUsage("name a command (see --help)");
        if (asks_for_help(arguments.front())) {
            std::cout << overview(program, commands) << std::flush;
            return static_cast<int>(exit_done);
        }
        const Subcommand& command = command_named(arguments.front(), commands);
        arguments.erase(arguments.begin());
        return run_command(program, command, arguments, format);
    });
}

}  // namespace chat
