#pragma once

#include "infra/postgres/migrations.hpp"

namespace chat {

Migration migration_5_user_activity();

}  // namespace chat
