#include "infra/postgres/migration_7_editions.hpp"

namespace chat {

Migration migration_7_editions() {
    return {7, "editions", R"(
ALTER TABLE checkpoints ADD COLUMN edition bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN checkpoints.edition IS
    'grows when rows become others than commits made them (a repair, an exchange): who keeps some reads them again';
)"};
}

}  // namespace chat
