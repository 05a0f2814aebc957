#pragma once

#include <boost/asio/awaitable.hpp>

#include "api/chats.hpp"
#include "api/request.hpp"
#include "api/response.hpp"

namespace chat {

/// DELETE /api/v1/chat-sessions/{id}
asio::awaitable<Response> delete_session(Request request, Chats chats);

}  // namespace chat
