#include "api/text_rules.hpp"

#include "events/text.hpp"

namespace chat {

void require_length(JsonReader& body, std::string_view name, const std::optional<std::string>& text, std::size_t least,
                    std::size_t most) {
    if (!text) return;
    const auto length = count_code_points(*text);
    if (length && *length >= least && *length <= most) return;
    const std::string range =
        least == 0 ? "at most " + std::to_string(most) : std::to_string(least) + " to " + std::to_string(most);
    body.fault(name, "must have " + range + " characters");
}

void require_some(JsonReader& body, std::string_view name, const std::optional<std::string>& text) {
    if (text && text->empty()) body.fault(name, "must have at least 1 character");
}

}  // namespace chat
