#pragma once

#include <boost/asio/awaitable.hpp>

#include "api/problems.hpp"
#include "api/request.hpp"
#include "api/response.hpp"

namespace chat {

namespace asio = boost::asio;

/// What a connection asks for answers. On the server's executor.
class RequestHandler {
public:
    virtual ~RequestHandler() = default;

    /// Never throws. Is not cancelled when the client goes away: a command that began is finished.
    virtual asio::awaitable<Response> handle(Request request) = 0;

    /// The answer to a request that could not be read; `request` is what is known of it.
    virtual Response refuse(const Problem& problem, const Request& request) = 0;
};

}  // namespace chat
