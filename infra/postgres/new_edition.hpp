#pragma once

#include "events/ids.hpp"
#include "infra/postgres/postgres_session.hpp"

namespace chat {

extern const Statement new_edition_sql;

/// The partition's rows become others than commits made them: to be called in the transaction that does it. Projectors
/// and APIs read again what they keep of them.
void new_edition(PostgresSession& tx, Partition partition);

}  // namespace chat
