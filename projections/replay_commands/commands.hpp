#pragma once

#include "infra/config/program.hpp"

namespace chat {

// Each command of chat-replay: its name, help and flags, and what runs it.
Subcommand show_command();
Subcommand tail_command();
Subcommand verify_command();
Subcommand repair_command();
Subcommand accept_command();
Subcommand rebuild_command();
Subcommand rollback_command();
Subcommand drop_command();
Subcommand discard_command();
Subcommand copy_command();
Subcommand export_command();
Subcommand import_command();

}  // namespace chat
