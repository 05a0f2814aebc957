#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "commands/answer.hpp"
#include "events/ids.hpp"
#include "infra/postgres/postgres_session.hpp"

namespace chat {

extern const Statement read_command_answer_sql;

/// The first answer under the user's command key; nothing if there is none, or it is older than `kept`.
std::optional<Answered> read_command_answer(PostgresSession& session, const UserId& user,
                                            const std::string& command_key, std::chrono::seconds kept);

}  // namespace chat
