#include "api/operations.hpp"

#include <string_view>

#include "api/openapi_document.hpp"
#include "api/problems.hpp"
#include "events/json/json_writer.hpp"

namespace chat {

namespace {

std::string ready(const std::vector<std::string>& damage) {
    if (damage.empty()) return R"({"status":"ready"})";
    JsonWriter body;
    body.field("status", "damaged").begin_array("damage");
    for (const std::string& what : damage) body.element(what);
    return body.finish();
}

}  // namespace

asio::awaitable<Response> health(Request, const Operations&) { co_return ok(R"({"status":"ok"})"); }

asio::awaitable<Response> readiness(Request request, const Operations& operations) {
    const auto missing = co_await operations.missing();
    if (missing.empty()) {
        const auto damage = co_await operations.damage();
        co_return ok(ready(damage));
    }
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
