#pragma once

#include <functional>
#include <string>
#include <vector>

#include "infra/config/settings.hpp"

namespace chat {

/// What programs of this project answer to their caller; part of the contract with operators.
enum ExitCode : int { exit_done = 0, exit_failed = 1, exit_usage = 2, exit_unreachable = 3, exit_difference = 4 };

/// Loads the settings from the command line and the environment and runs `body`, whose result is the exit code.
/// --help prints and is done; a bad setting is named on stderr (2). What leaves `body` as an exception becomes one line
/// on stderr: 3 for an Outage, 2 for BadUsage, 1 for anything else.
int run_program(Program program, int argc, char** argv, const std::function<int(const Settings&)>& body);

/// One thing that a program with commands does: `chat-replay verify`.
struct Subcommand {
    std::string name;
    std::string summary;  // one line, for the list of commands
    std::string about;    // what --help says before the flags: whole lines, for people
    std::vector<CommandFlag> flags;
    std::function<int(const Settings&)> run;
};

/// The same for a program whose first argument is a command; --help in its place lists them.
int run_commands(Program program, int argc, char** argv, const std::vector<Subcommand>& commands);

}  // namespace chat
