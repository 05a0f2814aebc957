#pragma once

#include "infra/postgres/migrations.hpp"

namespace chat {

Migration migration_3_command_answers();

}  // namespace chat
