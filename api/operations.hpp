#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>
#include <vector>

#include "api/request.hpp"
#include "api/response.hpp"

namespace chat {

namespace asio = boost::asio;

/// What operators ask the process; no token is needed for it.
struct Operations {
    /// What is missing for serving, each with its reason; empty: ready. Must not take long.
    std::function<asio::awaitable<std::vector<std::string>>()> missing;
    /// What is damaged though the process serves; named by /readyz. Must not take long.
    std::function<asio::awaitable<std::vector<std::string>>()> damage;
    /// In the text format of Prometheus, 0.0.4.
    std::function<std::string()> metrics;
};

/// GET /healthz: the process is alive and answers.
asio::awaitable<Response> health(Request request, const Operations& operations);
/// GET /readyz: it can serve.
asio::awaitable<Response> readiness(Request request, const Operations& operations);
/// GET /metrics
asio::awaitable<Response> metrics(Request request, const Operations& operations);
/// GET /api/v1/openapi.yaml
asio::awaitable<Response> openapi(Request request, const Operations& operations);

}  // namespace chat
