#include "api/response.hpp"

#include <utility>

namespace chat {
namespace {

constexpr std::size_t usual_fields = 448;  // bytes of an answer's header fields

}  // namespace

Response::Response(int status, std::string_view content_type, std::string body)
    : status_(status), body_(std::move(body)) {
    add("Content-Type", content_type);
}

Response& Response::add(std::string_view name, std::string_view value) {
    if (fields_.empty()) fields_.reserve(usual_fields);
    fields_.append(name).append(": ").append(value).append("\r\n");
    return *this;
}

Response& Response::reflecting(Sequence version) { return add("Chat-Version", std::to_string(version.value())); }

Response& Response::add_lines(std::string_view lines) {
    if (fields_.empty()) fields_.reserve(usual_fields);
    fields_.append(lines);
    return *this;
}

Response& Response::share_body(std::shared_ptr<const std::string> body) {
    shared_ = std::move(body);
    return *this;
}

Response& Response::caused_by(std::string_view fault) {
    fault_ = fault;
    return *this;
}

std::optional<std::string_view> Response::field(std::string_view name) const {
    std::string_view rest = fields_;
    while (!rest.empty()) {
        const auto end = rest.find("\r\n");
        const auto line = rest.substr(0, end);
        const auto colon = line.find(": ");
        if (line.substr(0, colon) == name) return line.substr(colon + 2);
        rest.remove_prefix(end + 2);
    }
    return std::nullopt;
}

Response ok(std::string json) { return Response(200, "application/json", std::move(json)); }

Response created(std::string_view location, std::string json) {
    Response response(201, "application/json", std::move(json));
    response.add("Location", location);
    return response;
}

std::string_view reason_phrase(int status) {
    switch (status) {
        case 200:
            return "OK";
        case 201:
            return "Created";
        case 304:
            return "Not Modified";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 408:
            return "Request Timeout";
        case 409:
            return "Conflict";
        case 412:
            return "Precondition Failed";
        case 413:
            return "Content Too Large";
        case 415:
            return "Unsupported Media Type";
        case 417:
            return "Expectation Failed";
        case 422:
            return "Unprocessable Content";
        case 429:
            return "Too Many Requests";
        case 431:
            return "Request Header Fields Too Large";
        case 500:
            return "Internal Server Error";
        case 503:
            return "Service Unavailable";
        default:  // a status line may have an empty reason (RFC 9112, 4)
            return "";
    }
}

}  // namespace chat
