#pragma once

#include "infra/postgres/migrations.hpp"

namespace chat {

Migration migration_4_publication();

}  // namespace chat
