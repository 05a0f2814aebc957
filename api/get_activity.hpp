#pragma once

#include <boost/asio/awaitable.hpp>

#include "api/chats.hpp"
#include "api/problems.hpp"
#include "api/request.hpp"
#include "api/response.hpp"
#include "events/result.hpp"
#include "projections/ports/queries.hpp"

namespace chat {

/// GET /api/v1/activity
asio::awaitable<Response> get_activity(Request request, Chats chats);

/// 422 with everything that is wrong with the query.
Result<ActivityQuery, Problem> parse_activity_query(const Request& request);

/// The array that callers see.
std::string render(const std::vector<ActivityRow>& rows);

}  // namespace chat
