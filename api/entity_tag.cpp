#include "api/entity_tag.hpp"

namespace chat {

std::string entity_tag(Sequence version) { return "\"v" + std::to_string(version.value()) + "\""; }

bool names_tag(std::string_view if_none_match, std::string_view tag) {
    std::string_view rest = if_none_match;
    if (rest == "*") return true;
    bool named = false;
    while (!rest.empty()) {
        if (rest.front() == ' ' || rest.front() == '\t' || rest.front() == ',') {
            rest.remove_prefix(1);
            continue;
        }
        if (rest.starts_with("W/")) rest.remove_prefix(2);
        if (!rest.starts_with('"')) return false;
        const auto end = rest.find('"', 1);  // there are no escapes in an entity tag
        if (end == std::string_view::npos) return false;
        named = named || rest.substr(0, end + 1) == tag;
        rest.remove_prefix(end + 1);
    }
    return named;
}

}  // namespace chat
