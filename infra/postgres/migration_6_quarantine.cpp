#include "infra/postgres/migration_6_quarantine.hpp"

namespace chat {

// Asked for by every probe of readiness: without it each would read all streams.
Migration migration_6_quarantine() {
    return {6, "quarantine",
            "CREATE INDEX user_streams_quarantined ON user_streams (user_id) WHERE quarantined_at IS NOT NULL"};
}

}  // namespace chat
