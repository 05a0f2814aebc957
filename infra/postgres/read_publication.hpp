#pragma once

#include <string>
#include <vector>

#include "events/ids.hpp"
#include "infra/postgres/postgres_session.hpp"
#include "infra/postgres/statement.hpp"
#include "projections/ports/publication_store.hpp"

namespace chat {

extern const Statement read_publication_mark_sql;
extern const Statement read_publication_streams_sql;

PublicationMark read_publication_mark(PostgresSession& session, const std::string& topic, Partition partition);

/// Users without a row are absent.
KnownStreams read_publication_streams(PostgresSession& session, const std::string& topic,
                                      const std::vector<UserId>& users);

}  // namespace chat
