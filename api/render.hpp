#pragma once

#include <string>
#include <vector>

#include "commands/session.hpp"
#include "events/message_added.hpp"
#include "events/time.hpp"
#include "projections/ports/queries.hpp"

namespace chat {

/// The JSON that callers see: a session or message looks the same whether it comes from a command or a query.
std::string render(const Session& session);
std::string render(const SessionRow& session);
std::string render(const MessageAdded& message, Time created_at);
std::string render(const MessageRow& message);

/// Arrays.
std::string render(const std::vector<SessionRow>& sessions);
std::string render(const std::vector<MessageRow>& messages);

/// The session with its `messages`.
std::string render(const SessionRow& session, const std::vector<MessageRow>& messages);

}  // namespace chat
