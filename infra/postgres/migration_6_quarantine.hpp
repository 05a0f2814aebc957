#pragma once

#include "infra/postgres/migrations.hpp"

namespace chat {

Migration migration_6_quarantine();

}  // namespace chat
