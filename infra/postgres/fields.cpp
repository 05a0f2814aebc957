#include "infra/postgres/fields.hpp"

#include <charconv>
#include <stdexcept>

#include "infra/postgres/timestamp.hpp"

namespace chat {

std::string_view Fields::text(int column) const {
    const pqxx::field field = row_[column];
    if (field.is_null()) throw std::logic_error("null in column " + std::to_string(column));
    return {field.c_str(), field.size()};
}

std::optional<std::string> Fields::optional_string(int column) const {
    return null(column) ? std::nullopt : std::optional(string(column));
}

std::int64_t Fields::number(int column) const {
    const std::string_view digits = text(column);
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || end != digits.data() + digits.size())
        throw std::invalid_argument("no number in column " + std::to_string(column));
    return value;
}

Time Fields::time(int column) const { return from_timestamptz(text(column)); }

Uuid Fields::uuid(int column) const {
    const auto value = parse_uuid(text(column));
    if (!value) throw std::invalid_argument("no UUID in column " + std::to_string(column));
    return *value;
}

}  // namespace chat
