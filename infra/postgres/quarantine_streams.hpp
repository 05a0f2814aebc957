#pragma once

#include <string>
#include <utility>
#include <vector>

#include "events/ids.hpp"
#include "infra/postgres/postgres_session.hpp"

namespace chat {

extern const Statement quarantine_streams_sql;
extern const Statement is_quarantined_sql;

/// Within a transaction that holds the partition's checkpoint, which is `at`: nothing more of these streams is applied,
/// each for its reason. Their rows stay; who has none gets an empty stream.
void quarantine_streams(PostgresSession& tx, NextOffset at, const std::vector<std::pair<UserId, std::string>>& streams);

/// The same for one that is not quarantined yet, in another edition, as a transaction's whole work.
void quarantine_stream(PostgresSession& tx, Partition partition, const UserId& user, const std::string& why);

}  // namespace chat
