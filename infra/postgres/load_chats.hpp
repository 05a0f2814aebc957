#pragma once

#include "commands/ports/chats_store.hpp"
#include "infra/postgres/postgres_session.hpp"

namespace chat {

extern const Statement load_chats_sql;

/// A user's state with deleted sessions, without long metadata, and the checkpoint of the same snapshot.
StoredChats load_chats(PostgresSession& session, Partition partition, const UserId& user);

}  // namespace chat
