#pragma once

#include <ctime>
#include <string>

#include "api/response.hpp"

namespace chat {

/// `Sat, 31 Jan 2026 09:00:00 GMT` (RFC 9110, 5.6.7), made anew when the second changes.
class DateField {
public:
    const std::string& at(std::time_t now);

private:
    std::time_t made_at_ = -1;
    std::string text_;
};

enum class Ending { keep_alive, keep_alive_http10, close };

/// Writes status line and fields, with the empty line after them, over `out`.
void write_head(std::string& out, const Response& response, Ending ending, const std::string& date);

}  // namespace chat
