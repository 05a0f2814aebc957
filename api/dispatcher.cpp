#include "api/dispatcher.hpp"

#include <chrono>
#include <exception>
#include <utility>

#include "api/faults.hpp"

namespace chat {
namespace {

// A browser may keep a user's data, but has to ask whether it is still right; and entity tags are of one user, so one
// user's copy must not be compared for another who uses the same browser.
constexpr std::string_view user_data_fields = "Cache-Control: private, no-cache\r\nVary: Authorization\r\n";

}  // namespace

Dispatcher::Dispatcher(std::vector<Route> routes, Authenticator& authenticator, Chats chats,
                       const Operations& operations, HttpObserver& observer, std::string instance)
    : routes_(std::move(routes)),
      authenticator_(authenticator),
      chats_(chats),
      operations_(operations),
      observer_(observer),
      ids_(std::move(instance)) {}

asio::awaitable<Response> Dispatcher::handle(Request request) {
    const auto began = std::chrono::steady_clock::now();
    request.id = ids_.of(request);
    // The handler takes the request away; the observer is told afterwards.
    const std::string path(request.path());
    const std::string id = request.id;
    const Method method = request.method;
    std::string user;

    RouteTable::Match match = routes_.find(method, path);
    request.path_parameters = std::move(match.parameters);
    const auto* chat_handler = match.route ? std::get_if<ChatHandler>(&match.route->handler) : nullptr;
    Response response;
    std::exception_ptr thrown;
    if (!match.route) {
        if (match.allow.empty()) {
            response = respond(Problem{&problems::not_found, "No resource has this path."}, path);
        } else {
            response = respond(Problem{&problems::method_not_allowed, "It takes " + match.allow + "."}, path);
            response.add("Allow", match.allow);
        }
    } else if (auto unknown = chat_handler ? authenticate(request) : std::nullopt) {
        response = respond(*unknown, path);
    } else {
        user = request.caller.value();
        try {
            if (chat_handler)
                response = co_await (*chat_handler)(std::move(request), chats_);
            else
                response = co_await std::get<OperationsHandler>(match.route->handler)(std::move(request), operations_);
        } catch (...) {
            thrown = std::current_exception();
        }
    }
    if (thrown) {
        const auto [problem, cause] = problem_of(thrown, method);
        response = respond(problem, path);
        response.caused_by(cause);
    }
    response.add("X-Request-Id", id).add("X-Content-Type-Options", "nosniff");
    if (chat_handler) response.add_lines(user_data_fields);
    observer_.request_done({to_string(method), match.route ? match.route->operation : "none", response.status(),
                            std::chrono::steady_clock::now() - began, path, id, user, response.fault()});
    co_return response;
}

Response Dispatcher::refuse(const Problem& problem, const Request& request) {
    observer_.request_refused(problem.type->status);
    Response response = respond(problem, request.path().empty() ? "/" : request.path());
    response.add("X-Request-Id", ids_.of(request)).add("X-Content-Type-Options", "nosniff");
    return response;
}

std::optional<Problem> Dispatcher::authenticate(Request& request) {
    const auto field = request.field(Field::authorization);
    if (!field) return Problem{&problems::unauthorized, "The Authorization field is missing."};
    const auto token = bearer_token(*field);
    if (!token) return Problem{&problems::unauthorized, "The Authorization field holds no bearer token."};
    auto caller = authenticator_.authenticate(*token);
    if (!caller) return Problem{&problems::unauthorized, "The token is not valid."};
    request.caller = *std::move(caller);
    return std::nullopt;
}

}  // namespace chat
