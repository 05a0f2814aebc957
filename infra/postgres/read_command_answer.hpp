#pragma once

#include <chrono>
#include <string>

#include "commands/ports/chats_store.hpp"
#include "events/ids.hpp"
#include "infra/postgres/postgres_session.hpp"

namespace chat {

extern const Statement read_command_answer_sql;

/// The first answer under the user's command key, unless it is older than `kept`.
StoredAnswer read_command_answer(PostgresSession& session, Partition partition, const UserId& user,
                                 const std::string& command_key, std::chrono::seconds kept);

}  // namespace chat
