#include "api/entity_tag.hpp"

#include <charconv>
#include <optional>

namespace chat {
namespace {

struct Tag {
    bool weak;
    std::string_view quoted;
};

/// Tags of a list, one a call; nothing at its end, and at what is no tag (then `rest` is not empty).
std::optional<Tag> next_tag(std::string_view& rest) {
    while (!rest.empty() && (rest.front() == ' ' || rest.front() == '\t' || rest.front() == ',')) rest.remove_prefix(1);
    const bool weak = rest.starts_with("W/");
    const std::string_view tag = rest.substr(weak ? 2 : 0);
    if (!tag.starts_with('"')) return std::nullopt;
    const auto end = tag.find('"', 1);  // there are no escapes in an entity tag
    if (end == std::string_view::npos) return std::nullopt;
    rest = tag.substr(end + 1);
    return Tag{weak, tag.substr(0, end + 1)};
}

}  // namespace

std::string entity_tag(Sequence version) { return "\"v" + std::to_string(version.value()) + "\""; }

bool names_tag(std::string_view if_none_match, std::string_view tag) {
    if (if_none_match == "*") return true;
    bool named = false;
    while (const auto given = next_tag(if_none_match)) named = named || given->quoted == tag;
    return named && if_none_match.empty();
}

std::vector<Sequence> versions_named(std::string_view if_match) {
    std::vector<Sequence> versions;
    while (const auto given = next_tag(if_match)) {
        std::string_view text = given->quoted.substr(1, given->quoted.size() - 2);
        if (given->weak || !text.starts_with('v')) continue;
        text.remove_prefix(1);
        std::int64_t number = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (error == std::errc() && end == text.data() + text.size()) versions.emplace_back(number);
    }
    return versions;
}

}  // namespace chat
