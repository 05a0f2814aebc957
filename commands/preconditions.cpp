#include "commands/preconditions.hpp"

#include <algorithm>

namespace chat {

std::optional<Refusal> Preconditions::refused(const UserChats& chats, SessionId session) const {
    const Session* found = chats.find(session);
    if (!versions_ || !found) return std::nullopt;
    return std::ranges::find(*versions_, found->changed) == versions_->end() ? std::optional(Refusal::moved_on)
                                                                             : std::nullopt;
}

}  // namespace chat
