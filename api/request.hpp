#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "events/ids.hpp"

namespace chat {

enum class Method { get, head, post, put, patch, delete_, options, other };

/// GET, ..; `other` for what we do not know.
std::string_view to_string(Method method);

/// The header fields that some part of the service looks at; all others are dropped while parsing.
enum class Field {
    authorization,
    chat_version,
    content_encoding,
    content_type,
    idempotency_key,
    if_match,
    if_none_match,
    traceparent,
    x_request_id,
};

/// The wire name.
std::string_view to_string(Field field);

/// One HTTP request, read to its end. Knows nothing of the connection.
struct Request {
    Method method = Method::get;
    std::string target;  // origin-form: path and query as they were sent
    std::string body;
    std::vector<std::pair<Field, std::string>> fields;  // a repeated one: its values joined by ", " (RFC 9110, 5.3)

    // Set on the way to the handler:
    std::string id;                            // X-Request-Id, echoed or made
    UserId caller;                             // who asks; empty on routes without a token
    std::vector<std::string> path_parameters;  // what stands in the place of `{..}` of the route's path, in order

    std::string_view path() const { return std::string_view(target).substr(0, target.find('?')); }
    /// Without the question mark; empty if there is none.
    std::string_view query() const {
        const auto mark = target.find('?');
        return mark == std::string::npos ? std::string_view() : std::string_view(target).substr(mark + 1);
    }
    std::optional<std::string_view> field(Field name) const {
        for (const auto& [field, value] : fields)
            if (field == name) return value;
        return std::nullopt;
    }
};

}  // namespace chat
