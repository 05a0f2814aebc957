#include "infra/postgres/session_columns.hpp"

#include <stdexcept>

namespace chat {

SessionRow session_from(const Fields& row, int first) {
    const auto agent_type = parse_agent_type(row.text(first + 2));
    if (!agent_type) throw std::invalid_argument("unknown agent type in chat_sessions");
    return {
        .id = row.id<SessionId>(first),
        .title = row.string(first + 1),
        .agent_type = *agent_type,
        .created_at = row.time(first + 3),
        .last_message_at = row.time(first + 4),
        .message_count = row.number(first + 5),
        .is_active = row.boolean(first + 6),
        .is_deleted = row.boolean(first + 7),
        .metadata = JsonText(row.string(first + 8)),
        .changed = Sequence(row.number(first + 9)),
    };
}

ReadVersion read_version_from(const Fields& row, int first) {
    return {
        .version = Sequence(row.number_or_0(first + 1)),
        .applied = NextOffset(row.number_or_0(first)),
        .quarantined = !row.null(first + 2) && row.boolean(first + 2),
    };
}

}  // namespace chat
