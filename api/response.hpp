#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "events/ids.hpp"

namespace chat {

/// One HTTP answer. Header fields are kept as the text that is sent, since every answer has several and the cached ones
/// are sent again and again. Content-Length, Date and Connection are the connection's affair.
class Response {
public:
    Response() = default;
    explicit Response(int status) : status_(status) {}
    /// With a body.
    Response(int status, std::string_view content_type, std::string body);

    /// `name` and `value` hold no CR, LF or NUL: what comes from a request was checked when it was read.
    Response& add(std::string_view name, std::string_view value);
    /// The sequence of the caller's stream that the answer reflects.
    Response& reflecting(Sequence version);
    /// Field lines with their ends, as they are.
    Response& add_lines(std::string_view lines);
    /// A body that is kept elsewhere too.
    Response& share_body(std::shared_ptr<const std::string> body);

    int status() const { return status_; }
    const std::string& fields() const { return fields_; }
    const std::string& body() const { return shared_ ? *shared_ : body_; }
    /// What an answer of 500 or 503 was caused by: for the log, never sent.
    const std::string& fault() const { return fault_; }
    Response& caused_by(std::string_view fault);

    /// The first field of that name (as it was written here).
    std::optional<std::string_view> field(std::string_view name) const;

private:
    int status_ = 200;
    std::string fields_;
    std::string body_;
    std::shared_ptr<const std::string> shared_;
    std::string fault_;
};

/// 200 with JSON.
Response ok(std::string json);
/// 201 with JSON; `location` is an absolute path.
Response created(std::string_view location, std::string json);

/// The reason phrase of a status that this service sends.
std::string_view reason_phrase(int status);

}  // namespace chat
