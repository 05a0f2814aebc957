#include "api/problems.hpp"

#include <array>
#include <utility>

#include "api/uri.hpp"
#include "events/json/json_writer.hpp"

namespace chat {

std::span<const ProblemType* const> all_problem_types() {
    using namespace problems;
    static constexpr std::array all{
        &bad_request,         &malformed_body,  &unauthorized,
        &not_found,           &no_such_session, &no_such_message,
        &method_not_allowed,  &request_timeout, &conflict,
        &precondition_failed, &body_too_large,  &unsupported_media_type,
        &expectation_failed,  &validation,      &header_too_large,
        &internal_error,      &unavailable,     &log_unavailable,
        &outcome_unknown,     &history_damaged, &too_many_connections,
        &not_ready,           &key_reused,      &overloaded,
    };
    return all;
}

Problem invalid(std::vector<FieldFault> errors) {
    std::string detail = errors.size() == 1 ? "One value is not acceptable." : "Several values are not acceptable.";
    return {&problems::validation, std::move(detail), std::move(errors)};
}

Response respond(const Problem& problem, std::string_view instance) {
    JsonWriter body;
    body.field("type", "/problems/" + std::string(problem.type->name))
        .field("title", problem.type->title)
        .field("status", std::int64_t(problem.type->status))
        .field("detail", problem.detail)
        .field("instance", uri_escaped(instance));
    if (!problem.errors.empty()) {
        body.begin_array("errors");
        for (const FieldFault& fault : problem.errors)
            body.begin_object_element().field("pointer", fault.pointer).field("detail", fault.detail).end();
        body.end();
    }
    Response response(problem.type->status, "application/problem+json", body.finish());
    if (problem.reflects) response.reflecting(*problem.reflects);
    if (problem.retry_after) response.add("Retry-After", std::to_string(problem.retry_after->count()));
    if (problem.type->status == 401) response.add("WWW-Authenticate", "Bearer");
    return response;
}

}  // namespace chat
