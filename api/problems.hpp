#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/response.hpp"

namespace chat {

/// A kind of problem: `/problems/<name>`, documented in openapi.yaml. Part of the contract.
struct ProblemType {
    std::string_view name;
    int status;
    std::string_view title;
};

namespace problems {
inline constexpr ProblemType bad_request{"bad-request", 400, "The request is not valid HTTP"};
inline constexpr ProblemType malformed_body{"malformed-body", 400, "The body is not JSON in UTF-8"};
inline constexpr ProblemType unauthorized{"unauthorized", 401, "A valid bearer token is needed"};
inline constexpr ProblemType not_found{"not-found", 404, "There is nothing at this path"};
inline constexpr ProblemType no_such_session{"no-such-session", 404, "There is no such session"};
inline constexpr ProblemType no_such_message{"no-such-message", 404, "There is no such message"};
inline constexpr ProblemType method_not_allowed{"method-not-allowed", 405, "The resource does not take this method"};
inline constexpr ProblemType request_timeout{"request-timeout", 408, "The request did not arrive in time"};
inline constexpr ProblemType conflict{"conflict", 409, "Every attempt lost against concurrent writers"};
inline constexpr ProblemType precondition_failed{"precondition-failed", 412, "The session has moved on"};
inline constexpr ProblemType body_too_large{"body-too-large", 413, "The body is too large"};
inline constexpr ProblemType unsupported_media_type{"unsupported-media-type", 415,
                                                    "The body has to be application/json in UTF-8"};
inline constexpr ProblemType expectation_failed{"expectation-failed", 417, "Only 100-continue can be expected"};
inline constexpr ProblemType validation{"validation", 422, "The request breaks the rules of its fields"};
inline constexpr ProblemType key_reused{"idempotency-key-reused", 422, "The key belongs to another request"};
inline constexpr ProblemType header_too_large{"header-too-large", 431, "The request's header fields are too large"};
inline constexpr ProblemType internal_error{"internal-error", 500, "The service failed"};
inline constexpr ProblemType unavailable{"unavailable", 503, "A part of the service does not answer"};
inline constexpr ProblemType log_unavailable{"log-unavailable", 503, "The command cannot be taken now"};
inline constexpr ProblemType outcome_unknown{"outcome-unknown", 503, "It is not known whether the command was stored"};
inline constexpr ProblemType history_damaged{"history-damaged", 503, "A part of the user's history is missing"};
inline constexpr ProblemType too_many_connections{"too-many-connections", 503, "There are too many connections"};
inline constexpr ProblemType overloaded{"overloaded", 503, "The server holds as much as it may"};
inline constexpr ProblemType not_ready{"not-ready", 503, "The service is not ready"};
}  // namespace problems

/// Every type there is.
std::span<const ProblemType* const> all_problem_types();

/// One value of the request that breaks a rule. `pointer` is a JSON pointer (RFC 6901): into the body (`/title`), or
/// `/query/<parameter>`, `/header/<field>`.
struct FieldFault {
    std::string pointer;
    std::string detail;

    bool operator==(const FieldFault&) const = default;
};

/// Why a request is not done: what the caller is told.
struct Problem {
    const ProblemType* type;
    std::string detail;
    std::vector<FieldFault> errors{};
    std::optional<std::chrono::seconds> retry_after{};
    std::optional<Sequence> reflects{};  // of the user's stream, if it was looked at

    bool operator==(const Problem&) const = default;
};

/// 422 with those faults.
Problem invalid(std::vector<FieldFault> errors);

/// The answer (RFC 9457). `instance` is the path of the request; bytes that are no URI characters are percent-encoded.
Response respond(const Problem& problem, std::string_view instance);

}  // namespace chat
