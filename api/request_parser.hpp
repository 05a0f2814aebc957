#pragma once

#include <boost/beast/http/basic_parser.hpp>
#include <cstddef>
#include <optional>
#include <string_view>

#include "api/http_options.hpp"
#include "api/problems.hpp"
#include "api/request.hpp"

namespace chat {

/// Bytes to one request; no I/O. Beast's parser with our own idea of what to keep: the fields that somebody looks at.
/// For one request only: the next one needs a new parser.
class RequestParser final : private boost::beast::http::basic_parser<true> {
public:
    explicit RequestParser(const HttpOptions& options);

    /// Takes what it can use; returns how much that was. Call it again with the rest and more until done or faulty.
    std::size_t put(std::string_view bytes);

    bool done() const { return is_done(); }
    bool started() const { return got_some(); }
    /// The client holds back the body until it is told `100 Continue`.
    bool awaits_continue() const { return expects_continue_ && is_header_done() && !is_done(); }
    /// Set: the connection cannot go on after this answer, since it is not known where the next request begins.
    const std::optional<Problem>& fault() const { return fault_; }

    /// When done. False: the client asked for the connection to end, or speaks HTTP/1.0 without asking otherwise.
    bool keeps_alive() const { return keep_alive(); }
    int minor_version() const { return version_ % 10; }
    /// How long the body is to be, as the header says; 0 if it does not.
    std::size_t declared_body() const { return declared_body_; }
    /// Of a request whose header was not read to its end, what is known of it.
    const Request& request() const { return request_; }
    Request take() { return std::move(request_); }

private:
    using ErrorCode = boost::beast::error_code;
    using Text = boost::beast::string_view;
    using Verb = boost::beast::http::verb;
    using Name = boost::beast::http::field;

    void on_request_impl(Verb verb, Text method, Text target, int version, ErrorCode& error) override;
    void on_field_impl(Name name, Text name_text, Text value, ErrorCode& error) override;
    void on_header_impl(ErrorCode& error) override;
    void on_body_init_impl(const boost::optional<std::uint64_t>& length, ErrorCode& error) override;
    std::size_t on_body_impl(Text bytes, ErrorCode& error) override;
    void on_chunk_header_impl(std::uint64_t size, Text extensions, ErrorCode& error) override;
    std::size_t on_chunk_body_impl(std::uint64_t remain, Text bytes, ErrorCode& error) override;
    void on_finish_impl(ErrorCode& error) override;
    void on_response_impl(int code, Text reason, int version, ErrorCode& error) override;
    // Trailers are dropped: one could override what the header said. Beast of Boost 1.90 and later has a function for
    // them, which is pure; earlier ones call on_field_impl. So this overrides something, or nothing.
    void on_trailer_field_impl(Name, Text, Text, ErrorCode&) {}

    void refuse(const ProblemType& type, std::string detail, ErrorCode& error);

    Request request_;
    std::optional<Problem> fault_;
    std::size_t header_limit_;
    std::size_t body_limit_;
    std::size_t header_bytes_ = 0;
    std::size_t declared_body_ = 0;
    int version_ = 11;
    int hosts_ = 0;
    bool header_done_ = false;
    bool expects_continue_ = false;
};

}  // namespace chat
