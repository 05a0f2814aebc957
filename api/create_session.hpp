#pragma once

#include <boost/asio/awaitable.hpp>

#include "api/chats.hpp"
#include "api/problems.hpp"
#include "api/request.hpp"
#include "api/response.hpp"
#include "commands/create_session.hpp"
#include "events/result.hpp"

namespace chat {

/// POST /api/v1/chat-sessions
asio::awaitable<Response> create_session(Request request, Chats chats);

/// 415, 400, or 422 with everything that is wrong with the body.
Result<CreateSession, Problem> parse_create_session(const Request& request);

}  // namespace chat
