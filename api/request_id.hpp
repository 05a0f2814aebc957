#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/request.hpp"
#include "events/envelope.hpp"

namespace chat {

/// Names requests that came without a name: the process's own prefix and a count.
class RequestIds {
public:
    /// `prefix` should differ between processes, and between runs of one.
    explicit RequestIds(std::string prefix) : prefix_(std::move(prefix)) {}

    /// X-Request-Id if it is 1 to 128 visible ASCII characters, else a new one.
    std::string of(const Request& request);

private:
    std::string prefix_;
    std::uint64_t count_ = 0;
};

/// W3C Trace Context; nothing if it is not valid. Of versions that we do not know, the part that every version has.
std::optional<std::string> parse_traceparent(std::string_view text);

/// What an event remembers of the request that caused it.
Causes causes_of(const Request& request);

}  // namespace chat
