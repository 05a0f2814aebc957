#pragma once

#include <variant>

#include "commands/add_message.hpp"
#include "commands/create_session.hpp"
#include "commands/delete_session.hpp"
#include "commands/rename_session.hpp"
#include "commands/restore_session.hpp"

namespace chat {

/// Every command there is.
using Command = std::variant<CreateSession, RenameSession, DeleteSession, RestoreSession, AddMessage>;

}  // namespace chat
