#pragma once

#include "infra/config/program.hpp"

namespace chat {

// Each command of chat-replay: its name, help and flags, and what runs it.
Command show_command();
Command tail_command();
Command verify_command();
Command repair_command();

}  // namespace chat
