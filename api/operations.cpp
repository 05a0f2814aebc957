#include "api/operations.hpp"

#include <string_view>

#include "api/openapi_document.hpp"
#include "api/problems.hpp"

namespace chat {

asio::awaitable<Response> health(Request, const Operations&) { co_return ok(R"({"status":"ok"})"); }

asio::awaitable<Response> readiness(Request request, const Operations& operations) {
    const auto missing = co_await operations.missing();
    if (missing.empty()) co_return ok(R"({"status":"ready"})");
    std::string detail;
    for (const std::string& what : missing) detail += (detail.empty() ? "" : "; ") + what;
    Response response = respond(Problem{&problems::not_ready, detail, {}, std::chrono::seconds(1)}, request.path());
    response.caused_by(detail);
    co_return response;
}

asio::awaitable<Response> metrics(Request, const Operations& operations) {
    co_return Response(200, "text/plain; version=0.0.4; charset=utf-8", operations.metrics());
}

asio::awaitable<Response> openapi(Request, const Operations&) {
    co_return Response(200, "application/yaml", std::string(openapi_document()));
}

}  // namespace chat
