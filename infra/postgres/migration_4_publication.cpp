#include "infra/postgres/migration_4_publication.hpp"

namespace chat {

// The marks may be emptied while no publisher runs: the next one then reads the log from its beginning once.
Migration migration_4_publication() {
    return {4, "publication", R"(
CREATE TABLE publication_marks (
    topic varchar(255) COLLATE "C" NOT NULL,
    partition int NOT NULL,
    next_offset bigint NOT NULL,
    last_event_id uuid,
    last_published uuid,
    PRIMARY KEY (topic, partition)
) WITH (fillfactor = 10);
COMMENT ON TABLE publication_marks IS
    'places in the log up to which everything is in a public topic; what is published is the truth, this may lag';
CREATE TABLE publication_streams (
    topic varchar(255) COLLATE "C" NOT NULL,
    user_id varchar(255) COLLATE "C" NOT NULL,
    partition int NOT NULL,
    version bigint NOT NULL,
    last_event_id uuid,
    quarantined_at bigint,
    quarantine_reason text,
    PRIMARY KEY (topic, user_id)
) WITH (fillfactor = 50);
COMMENT ON TABLE publication_streams IS 'where streams stood at the mark of their partition';
)"};
}

}  // namespace chat
