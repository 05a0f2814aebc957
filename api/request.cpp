#include "api/request.hpp"

namespace chat {

std::string_view to_string(Method method) {
    switch (method) {
        case Method::get:
            return "GET";
        case Method::head:
            return "HEAD";
        case Method::post:
            return "POST";
        case Method::put:
            return "PUT";
        case Method::patch:
            return "PATCH";
        case Method::delete_:
            return "DELETE";
        case Method::options:
            return "OPTIONS";
        case Method::other:
            break;
    }
    return "other";
}

std::string_view to_string(Field field) {
    switch (field) {
        case Field::authorization:
            return "Authorization";
        case Field::chat_version:
            return "Chat-Version";
        case Field::content_encoding:
            return "Content-Encoding";
        case Field::content_type:
            return "Content-Type";
        case Field::idempotency_key:
            return "Idempotency-Key";
        case Field::if_match:
            return "If-Match";
        case Field::if_none_match:
            return "If-None-Match";
        case Field::traceparent:
            return "traceparent";
        case Field::x_request_id:
            break;
    }
    return "X-Request-Id";
}

}  // namespace chat
