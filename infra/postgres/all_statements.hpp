#pragma once

#include <vector>

#include "infra/postgres/statement.hpp"

namespace chat {

/// Every statement that programs prepare, for the test that prepares them all against the migrated schema.
std::vector<const Statement*> all_statements();

}  // namespace chat
