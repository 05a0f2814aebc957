#pragma once

#include "infra/postgres/migrations.hpp"

namespace chat {

Migration migration_2_log();

}  // namespace chat
