#pragma once

#include <boost/asio/awaitable.hpp>

#include "api/chats.hpp"
#include "api/request.hpp"
#include "api/response.hpp"

namespace chat {

/// POST /api/v1/chat-sessions/{id}/restore
asio::awaitable<Response> restore_session(Request request, Chats chats);

}  // namespace chat
