#pragma once

#include <chrono>
#include <stdexcept>
#include <string>

namespace chat {

/// A dependency (the log, the database) does not answer, or cannot take more. Nothing was changed by the call that
/// throws it. Caught by the loop that owns the retry and at the request's edge (503 with Retry-After), nowhere else.
class Outage : public std::runtime_error {
public:
    explicit Outage(const std::string& what, std::chrono::seconds retry_after = std::chrono::seconds(1))
        : std::runtime_error(what), retry_after_(retry_after) {}

    std::chrono::seconds retry_after() const { return retry_after_; }

private:
    std::chrono::seconds retry_after_;
};

}  // namespace chat
