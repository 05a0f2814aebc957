#pragma once

#include "infra/postgres/migrations.hpp"

namespace chat {

Migration migration_1_read_model();

}  // namespace chat
