#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "infra/postgres/postgres_options.hpp"

namespace chat {

/// One step of the schema's history. Once released it is never edited: another shape is another migration.
struct Migration {
    int version;  // from 1, without gaps
    std::string name;
    std::string sql;
};

/// Those that this program knows, oldest first.
const std::vector<Migration>& migrations();

/// The database cannot be used by this program: it is newer, or set up in a way that the program cannot change. The
/// text is for the operator.
class UnusableDatabase : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Brings the schema that is first in the search path to the newest version; blocks. Programs that start at the same
/// time take turns. Returns how many steps were taken. Throws UnusableDatabase, Outage.
int migrate(const PostgresOptions& options);

}  // namespace chat
