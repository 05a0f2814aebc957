#pragma once

#include "infra/postgres/binary_copy.hpp"
#include "projections/message_history.hpp"
#include "projections/replay/user_rows.hpp"

namespace chat {

/// Begins a COPY into chat_messages, for rows by `copy_message`.
BinaryCopy begin_message_copy(BulkConnection& connection);
void copy_message(BinaryCopy& copy, const MessageRow& message);

/// All but the messages of users of whom the tables hold nothing yet: sessions, streams, answers and activity, each
/// table by a COPY of its own.
void copy_rows(BulkConnection& connection, const RowsByUser& rows);

}  // namespace chat
