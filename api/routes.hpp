#pragma once

#include <boost/asio/awaitable.hpp>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "api/chats.hpp"
#include "api/operations.hpp"
#include "api/request.hpp"
#include "api/response.hpp"

namespace chat {

/// Of a user's requests: needs a token.
using ChatHandler = asio::awaitable<Response> (*)(Request, Chats);
/// Of operators' requests.
using OperationsHandler = asio::awaitable<Response> (*)(Request, const Operations&);

struct Route {
    std::string_view operation;  // operationId in openapi.yaml
    Method method;               // get answers HEAD too
    std::string_view path;       // `{..}` stands for one segment
    std::variant<ChatHandler, OperationsHandler> handler;
};

/// The whole surface.
std::span<const Route> routes();

/// Finds routes by path.
class RouteTable {
public:
    explicit RouteTable(std::vector<Route> routes);

    /// The route, whose `{..}` then stand in `parameters`. No route: the path is unknown if `allow` is empty too, else
    /// it takes only those methods.
    struct Match {
        const Route* route = nullptr;
        std::vector<std::string> parameters;
        std::string allow;
    };
    Match find(Method method, std::string_view path) const;

private:
    using Segments = std::vector<std::string_view>;
    struct Entry {
        Route route;
        Segments segments;
    };
    static Segments split(std::string_view path);
    static bool fits(const Segments& pattern, const Segments& path);

    std::vector<Entry> entries_;
};

}  // namespace chat
