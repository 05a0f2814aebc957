#include "api/request_parser.hpp"

#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace chat {
namespace {

namespace http = boost::beast::http;

constexpr std::array kept_fields{Field::authorization, Field::chat_version,    Field::content_encoding,
                                 Field::content_type,  Field::idempotency_key, Field::if_match,
                                 Field::if_none_match, Field::traceparent,     Field::x_request_id};

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

Method method_of(http::verb verb) {
    switch (verb) {
        case http::verb::get:
            return Method::get;
        case http::verb::head:
            return Method::head;
        case http::verb::post:
            return Method::post;
        case http::verb::put:
            return Method::put;
        case http::verb::patch:
            return Method::patch;
        case http::verb::delete_:
            return Method::delete_;
        case http::verb::options:
            return Method::options;
        default:  // Beast's enumeration knows the methods of WebDAV and more
            return Method::other;
    }
}

/// A proxy sends `GET http://host/path` (RFC 9112, 3.2.2): the part that a server without virtual hosts looks at.
std::string_view origin_form(std::string_view target) {
    constexpr std::string_view scheme = "http://";
    if (!target.starts_with(scheme)) return target;
    const auto slash = target.find('/', scheme.size());
    return slash == std::string_view::npos ? "/" : target.substr(slash);
}

}  // namespace

RequestParser::RequestParser(const HttpOptions& options)
    : header_limit_(options.header_limit), body_limit_(options.body_limit) {
    header_limit(options.header_limit);
    body_limit(options.body_limit);
    eager(true);
}

std::size_t RequestParser::put(std::string_view bytes) {
    ErrorCode error;
    const std::size_t used = basic_parser::put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
    if (fault_ || is_done()) return used;
    if (!error || error == http::error::need_more) {
        // Beast's own limit forgets fields that came complete in earlier calls, and knows none for trailers.
        header_bytes_ += is_header_done() ? 0 : used;
        if (header_bytes_ <= header_limit_ && bytes.size() - used <= header_limit_) return used;
        error = http::error::header_limit;
    }
    if (error == http::error::body_limit)
        refuse(problems::body_too_large, "At most " + std::to_string(body_limit_) + " bytes are taken.", error);
    else if (error == http::error::header_limit)
        refuse(problems::header_too_large, "Request line and header fields together are too long.", error);
    else
        refuse(problems::bad_request, "The request cannot be read: " + error.message() + ".", error);
    return used;
}

void RequestParser::refuse(const ProblemType& type, std::string detail, ErrorCode& error) {
    fault_ = Problem{&type, std::move(detail)};
    error = http::error::bad_value;
}

void RequestParser::on_request_impl(Verb verb, Text, Text target, int version, ErrorCode&) {
    request_.method = method_of(verb);
    request_.target = origin_form(view(target));
    version_ = version;
}

void RequestParser::on_field_impl(Name name, Text name_text, Text value, ErrorCode& error) {
    if (header_done_) return;
    if (name == Name::host) {
        ++hosts_;
        return;
    }
    if (name == Name::expect) {
        expects_continue_ = boost::beast::iequals(value, "100-continue");
        if (!expects_continue_) refuse(problems::expectation_failed, "Another expectation was stated.", error);
        return;
    }
    if (name == Name::transfer_encoding) {
        // Beast reads such a request as one without a body, and its body as the next request (RFC 9112, 6.3, 7.1).
        if (version_ == 10 || !boost::beast::iequals(value, "chunked"))
            refuse(problems::bad_request, "The only Transfer-Encoding is chunked, in HTTP/1.1.", error);
        return;
    }
    const auto kept = std::ranges::find_if(kept_fields, [&](Field field) {
        const std::string_view known = to_string(field);
        return known.size() == name_text.size() && boost::beast::iequals(name_text, Text(known.data(), known.size()));
    });
    if (kept == kept_fields.end()) return;
    for (auto& [field, text] : request_.fields) {
        if (field != *kept) continue;
        // Joined, two of these could pass for one.
        if (field == Field::authorization)
            refuse(problems::bad_request, "The Authorization field stands twice.", error);
        else
            text.append(", ").append(view(value));
        return;
    }
    request_.fields.emplace_back(*kept, std::string(view(value)));
}

void RequestParser::on_header_impl(ErrorCode& error) {
    header_done_ = true;
    if (version_ == 10) expects_continue_ = false;  // its clients know no interim answers (RFC 9110, 10.1.1)
    if (hosts_ > 1 || (hosts_ == 0 && version_ == 11))
        refuse(problems::bad_request, "There must be one Host field (RFC 9112, 3.2).", error);
}

void RequestParser::on_body_init_impl(const boost::optional<std::uint64_t>& length, ErrorCode&) {
    // Beast has compared it with the limit by now.
    if (!length) return;
    declared_body_ = static_cast<std::size_t>(*length);
    request_.body.reserve(declared_body_);
}

std::size_t RequestParser::on_body_impl(Text bytes, ErrorCode&) {
    request_.body.append(bytes.data(), bytes.size());
    return bytes.size();
}

void RequestParser::on_chunk_header_impl(std::uint64_t, Text, ErrorCode&) {}

std::size_t RequestParser::on_chunk_body_impl(std::uint64_t, Text bytes, ErrorCode&) {
    request_.body.append(bytes.data(), bytes.size());
    return bytes.size();
}

void RequestParser::on_finish_impl(ErrorCode&) {}

void RequestParser::on_response_impl(int, Text, int, ErrorCode&) {}

}  // namespace chat
