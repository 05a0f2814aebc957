#include "api/query_parameters.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "api/uri.hpp"

namespace chat {
namespace {

/// Digits only: no sign, no space.
std::optional<std::int64_t> parse_count(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || text.starts_with('-')) return std::nullopt;
    return number;
}

}  // namespace

QueryParameters::QueryParameters(std::string_view query) {
    for (const auto& [name, value] : split_query(query))
        if (auto decoded = form_decoded(name)) parameters_.emplace_back(*std::move(decoded), form_decoded(value));
}

std::optional<std::string> QueryParameters::text(std::string_view name) {
    std::optional<std::string> found;
    for (const auto& [parameter, value] : parameters_) {
        if (parameter != name) continue;
        if (!value) return fault(name, "must be percent-encoded properly"), std::nullopt;
        if (found) return fault(name, "must not stand twice"), std::nullopt;
        found = value;
    }
    return found;
}

std::size_t QueryParameters::limit(std::size_t most, std::size_t standard) {
    const auto in_range = [most](std::string_view text) -> std::optional<std::size_t> {
        const auto number = parse_count(text);
        if (!number || *number < 1 || static_cast<std::uint64_t>(*number) > most) return std::nullopt;
        return static_cast<std::size_t>(*number);
    };
    return value("limit", in_range, "a number from 1 to " + std::to_string(most)).value_or(standard);
}

void QueryParameters::fault(std::string_view name, std::string detail) {
    faults_.push_back({"/query/" + std::string(name), std::move(detail)});
}

Result<std::optional<Sequence>, Problem> asked_version(const Request& request) {
    const auto given = request.field(Field::chat_version);
    if (!given) return std::optional<Sequence>();
    const auto number = parse_count(*given);
    if (!number) return invalid({{"/header/Chat-Version", "must be a number from 0"}});
    return std::optional(Sequence(*number));
}

}  // namespace chat
