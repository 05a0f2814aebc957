#include "infra/postgres/migration_2_log.hpp"

namespace chat {

// Keys, headers and values are bytes, as in Kafka: a log that was copied from there may hold anything. Headers are
// netstrings (`4:name,5:value,`), which keep order, duplicates and bytes, and can still be read in psql:
// SELECT convert_from(headers, 'UTF8').
Migration migration_2_log() {
    return {2, "log", R"(
CREATE TABLE log_partitions (
    partition int PRIMARY KEY,
    next_offset bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 10);
COMMENT ON TABLE log_partitions IS 'as many rows as the log has partitions; never add or remove one';

CREATE TABLE log_records (
    partition int NOT NULL,
    "offset" bigint NOT NULL,
    key bytea NOT NULL,
    headers bytea NOT NULL,
    value bytea NOT NULL,
    appended_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (partition, "offset")
);
)"};
}

}  // namespace chat
