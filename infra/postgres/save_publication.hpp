#pragma once

#include <string>

#include "events/ids.hpp"
#include "infra/postgres/postgres_session.hpp"
#include "infra/postgres/statement.hpp"
#include "projections/ports/publication_store.hpp"

namespace chat {

extern const Statement save_publication_sql;

/// Moves a mark, with the streams that changed. False: another publisher has moved it.
bool save_publication(PostgresSession& session, const std::string& topic, Partition partition, NextOffset from,
                      const PublicationMark& to, const KnownStreams& changed);

}  // namespace chat
