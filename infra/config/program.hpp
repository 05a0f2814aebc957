#pragma once

#include <functional>

#include "infra/config/settings.hpp"

namespace chat {

/// What programs of this project answer to their caller; part of the contract with operators.
enum ExitCode : int { exit_done = 0, exit_failed = 1, exit_usage = 2, exit_unreachable = 3, exit_difference = 4 };

/// Loads the settings from the command line and the environment and runs `body`, whose result is the exit code.
/// --help prints and is done; a bad setting is named on stderr (2). What leaves `body` as an exception becomes one line
/// on stderr: 3 for an Outage, 2 for BadUsage, 1 for anything else.
int run_program(Program program, int argc, char** argv, const std::function<int(const Settings&)>& body);

}  // namespace chat
