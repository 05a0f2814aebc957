#pragma once

#include <string_view>

#include "infra/postgres/fields.hpp"
#include "projections/ports/queries.hpp"

namespace chat {

/// What statements that give whole sessions select, in the order that `session_from` reads.
inline constexpr std::string_view session_columns =
    "id, title, agent_type, created_at, last_message_at, message_count, is_active, deleted_at IS NOT NULL AS deleted, "
    "metadata, changed";
inline constexpr int session_column_count = 10;

/// `first` is the number of the column `id`.
SessionRow session_from(const Fields& row, int first);

/// Three columns: the checkpoint, the user's version and whether it is quarantined; nulls where nothing is known.
ReadVersion read_version_from(const Fields& row, int first);

}  // namespace chat
