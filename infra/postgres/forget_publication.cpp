#include "infra/postgres/forget_publication.hpp"

#include "infra/postgres/fields.hpp"

namespace chat {

const Statement forget_publication_sql{"forget_publication", R"(
    WITH ours AS (
        SELECT NOT EXISTS (SELECT FROM publication_marks WHERE topic = $1::varchar AND partition = $2::int
                                                           AND next_offset <> $3::bigint FOR UPDATE) AS yes),
    mark AS (
        DELETE FROM publication_marks USING ours WHERE yes AND topic = $1::varchar AND partition = $2::int),
    streams AS (
        DELETE FROM publication_streams USING ours WHERE yes AND topic = $1::varchar AND partition = $2::int)
    SELECT yes FROM ours)"};

bool forget_publication(PostgresSession& session, const std::string& topic, Partition partition, NextOffset from) {
    const pqxx::result dropped = session.exec(forget_publication_sql, topic, partition.value(), from.value());
    return Fields(dropped[0]).boolean(0);
}

}  // namespace chat
