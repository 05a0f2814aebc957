#pragma once

#include <boost/asio/awaitable.hpp>

#include "api/chats.hpp"
#include "api/problems.hpp"
#include "api/request.hpp"
#include "api/response.hpp"
#include "commands/rename_session.hpp"
#include "events/result.hpp"

namespace chat {

/// PUT and PATCH /api/v1/chat-sessions/{id}
asio::awaitable<Response> rename_session(Request request, Chats chats);

/// 415, 400, or 422 with everything that is wrong with the body.
Result<RenameSession, Problem> parse_rename_session(const Request& request);

}  // namespace chat
