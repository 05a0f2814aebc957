#pragma once

#include <string>
#include <string_view>

#include "infra/postgres/postgres_options.hpp"

namespace chat {

/// Whether libpq can read it at all: its form, the names of its parameters, and its ports.
bool is_connection_string(std::string_view text);

/// The connection string with our defaults (timeouts, keepalives, encoding) before what the operator wrote, so that
/// theirs win. Works on both forms that libpq reads: key = value, and URI.
std::string with_defaults(const PostgresOptions& options);

/// libpq's text about a failed connection in one line and without what could be part of a secret: parts of the
/// connection string that libpq quotes are left out.
std::string connect_failure(std::string_view libpq_text);

}  // namespace chat
