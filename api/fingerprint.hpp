#pragma once

#include <string>

#include "api/request.hpp"

namespace chat {

/// SHA-256 over method, path and body, in hex: two requests under one Idempotency-Key are the same if these are.
std::string fingerprint_of(const Request& request);

}  // namespace chat
