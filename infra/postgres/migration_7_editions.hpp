#pragma once

#include "infra/postgres/migrations.hpp"

namespace chat {

Migration migration_7_editions();

}  // namespace chat
