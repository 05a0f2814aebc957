#pragma once

#include "infra/postgres/postgres_session.hpp"
#include "projections/ports/queries.hpp"

namespace chat {

extern const Statement read_messages_below_sql;
extern const Statement read_messages_above_sql;
extern const Statement read_message_sql;

MessagePage read_messages(PostgresSession& session, Partition partition, const MessagePageQuery& query);

SingleMessage read_message(PostgresSession& session, Partition partition, const UserId& user, SessionId chat_session,
                           MessageId message);

}  // namespace chat
