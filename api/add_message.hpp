#pragma once

#include <boost/asio/awaitable.hpp>

#include "api/chats.hpp"
#include "api/problems.hpp"
#include "api/request.hpp"
#include "api/response.hpp"
#include "commands/add_message.hpp"
#include "events/result.hpp"

namespace chat {

/// POST /api/v1/chat-sessions/{id}/messages
asio::awaitable<Response> add_message(Request request, Chats chats);

/// 415, 400, or 422 with everything that is wrong with the body.
Result<AddMessage, Problem> parse_add_message(const Request& request);

}  // namespace chat
