#pragma once

#include <boost/asio/awaitable.hpp>

#include "api/chats.hpp"
#include "api/request.hpp"
#include "api/response.hpp"

namespace chat {

/// GET /api/v1/chat-sessions/{id}/messages/{message_id}
asio::awaitable<Response> get_message(Request request, Chats chats);

}  // namespace chat
