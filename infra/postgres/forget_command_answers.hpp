#pragma once

#include <chrono>
#include <cstddef>

#include "infra/postgres/postgres_session.hpp"

namespace chat {

extern const Statement forget_command_answers_sql;

/// Deletes answers to commands that are older than that, at most some thousands a call; gives how many.
std::size_t forget_command_answers(PostgresSession& session, std::chrono::seconds older_than);

}  // namespace chat
