#include "events/ids.hpp"

#include "events/text.hpp"

namespace chat {

std::optional<UserId> UserId::parse(std::string_view text) {
    const auto length = count_code_points(text);
    if (!length || *length < 1 || *length > 255 || text.find('\0') != text.npos) return std::nullopt;
    return UserId(std::string(text));
}

}  // namespace chat
