#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "events/ids.hpp"
#include "events/time.hpp"
#include "infra/postgres/pqxx.hpp"

namespace chat {

/// The fields of a result's row as our types, by column number. A null or a text that does not fit is a bug in a
/// statement: throws std::logic_error or std::invalid_argument.
class Fields {
public:
    explicit Fields(pqxx::row row) : row_(std::move(row)) {}

    bool null(int column) const { return row_[column].is_null(); }
    std::string_view text(int column) const;
    std::string string(int column) const { return std::string(text(column)); }
    std::optional<std::string> optional_string(int column) const;
    std::int64_t number(int column) const;
    std::int64_t number_or_0(int column) const { return null(column) ? 0 : number(column); }
    bool boolean(int column) const { return text(column) == "t"; }
    Time time(int column) const;
    Uuid uuid(int column) const;
    template <class T>
    T id(int column) const {
        return T(uuid(column));
    }
    template <class T>
    std::optional<T> optional_id(int column) const {
        return null(column) ? std::nullopt : std::optional(T(uuid(column)));
    }

private:
    pqxx::row row_;
};

}  // namespace chat
