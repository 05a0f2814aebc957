#pragma once

#include "infra/postgres/binary_copy.hpp"
#include "projections/batch.hpp"

namespace chat {

/// Begins a COPY into chat_messages, for rows by `copy_message`.
BinaryCopy begin_message_copy(BulkConnection& connection);
void copy_message(BinaryCopy& copy, const MessageRow& message);

/// All but the messages of a batch of which the tables hold nothing yet, as committing it would leave them: sessions,
/// streams, answers and activity, each table by a COPY of its own.
void copy_rows(BulkConnection& connection, const Batch& batch);

}  // namespace chat
