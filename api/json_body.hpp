#pragma once

#include <string_view>
#include <vector>

#include "api/problems.hpp"
#include "api/request.hpp"
#include "events/json/json_reader.hpp"
#include "events/result.hpp"

namespace chat {

/// The request's body as JSON; 415 for another media type or charset, 400 for what is empty or no JSON. A JSON text
/// that is no object, or holds what cannot be stored, comes back with faults.
Result<JsonReader, Problem> read_json_body(const Request& request);

/// `application/json` or `application/<..>+json`, in UTF-8 if a charset is named.
bool is_json_media_type(std::string_view content_type);

/// 422 with every fault that the reader collected.
Problem invalid_body(const JsonReader& body);

}  // namespace chat
