#pragma once

#include <boost/asio/awaitable.hpp>

#include "api/chats.hpp"
#include "api/problems.hpp"
#include "api/request.hpp"
#include "api/response.hpp"
#include "events/result.hpp"
#include "projections/ports/queries.hpp"

namespace chat {

/// GET /api/v1/chat-sessions/{id}/messages
asio::awaitable<Response> list_messages(Request request, Chats chats);

/// 422 with everything that is wrong with the query.
Result<MessagePageQuery, Problem> parse_message_page(const Request& request);

}  // namespace chat
