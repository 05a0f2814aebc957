#include "api/json_body.hpp"

#include <algorithm>
#include <string>

namespace chat {
namespace {

std::string lower_case(std::string_view text) {
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return lower;
}

std::string_view trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

std::string_view unquoted(std::string_view text) {
    return text.size() >= 2 && text.front() == '"' && text.back() == '"' ? text.substr(1, text.size() - 2) : text;
}

}  // namespace

bool is_json_media_type(std::string_view content_type) {
    const std::string lower = lower_case(content_type);
    std::string_view rest = lower;
    const auto next_part = [&rest] {
        const auto part = rest.substr(0, rest.find(';'));
        rest.remove_prefix(std::min(part.size() + 1, rest.size()));
        return trimmed(part);
    };
    constexpr std::string_view application = "application/";
    constexpr std::string_view suffix = "+json";
    const auto type = next_part();
    if (type != "application/json" &&
        !(type.starts_with(application) && type.ends_with(suffix) && type.size() > application.size() + suffix.size()))
        return false;
    while (!rest.empty()) {
        const auto parameter = next_part();
        const auto equals = parameter.find('=');
        if (parameter.substr(0, equals) != "charset") continue;
        if (equals == std::string_view::npos || unquoted(parameter.substr(equals + 1)) != "utf-8") return false;
    }
    return true;
}

Result<JsonReader, Problem> read_json_body(const Request& request) {
    if (request.body.empty()) return Problem{&problems::malformed_body, "The body is empty."};
    const auto type = request.field(Field::content_type);
    if (!type) return Problem{&problems::unsupported_media_type, "The Content-Type is missing."};
    if (!is_json_media_type(*type))
        return Problem{&problems::unsupported_media_type, "The Content-Type is another one."};
    if (const auto coding = request.field(Field::content_encoding); coding && lower_case(*coding) != "identity")
        return Problem{&problems::unsupported_media_type, "The Content-Encoding is one that is not taken."};
    JsonReader reader(request.body);
    if (const auto& malformed = reader.malformed()) return Problem{&problems::malformed_body, *malformed + "."};
    return reader;
}

Problem invalid_body(const JsonReader& body) {
    std::vector<FieldFault> errors;
    for (const auto& [pointer, detail] : body.faults()) errors.push_back({pointer, detail});
    return invalid(std::move(errors));
}

}  // namespace chat
