#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/authenticator.hpp"
#include "api/chats.hpp"
#include "api/observer.hpp"
#include "api/operations.hpp"
#include "api/request_handler.hpp"
#include "api/request_id.hpp"
#include "api/routes.hpp"

namespace chat {

/// From a request to its route's handler and back: names the request, finds the route, asks who it is, turns what is
/// thrown into a problem, adds the fields that every answer has, and tells the observer.
class Dispatcher final : public RequestHandler {
public:
    /// All but values outlives it. `instance` tells this process's request ids from others'.
    Dispatcher(std::vector<Route> routes, Authenticator& authenticator, Chats chats, const Operations& operations,
               HttpObserver& observer, std::string instance);

    asio::awaitable<Response> handle(Request request) override;
    Response refuse(const Problem& problem, const Request& request) override;

private:
    /// The caller, or the answer that the request gets without one.
    std::optional<Problem> authenticate(Request& request);

    RouteTable routes_;
    Authenticator& authenticator_;
    Chats chats_;
    const Operations& operations_;
    HttpObserver& observer_;
    RequestIds ids_;
};

}  // namespace chat
