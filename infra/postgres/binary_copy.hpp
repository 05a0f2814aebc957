#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "events/time.hpp"
#include "events/uuid.hpp"
#include "infra/postgres/bulk_connection.hpp"
#include "projections/user_activity.hpp"

namespace chat {

/// A value for a jsonb column.
struct JsonbText {
    std::string_view json;
};

/// One COPY into a table, in PostgreSQL's binary form, which the server reads in half the time of the text
/// (documentation of COPY, "Binary Format"; each value as its type's `send` function writes it). `target` is the table
/// with the columns in the order of a row's values. Rows are sent in pieces. The connection serves nothing else until
/// `end`. Throws as the connection does. Thread: as the connection.
class BinaryCopy {
public:
    BinaryCopy(BulkConnection& connection, std::string_view target);

    template <class... Values>
    void row(const Values&... values) {
        begin_row(static_cast<std::int16_t>(sizeof...(Values)));
        (add(values), ...);
    }

    void end();

private:
    void begin_row(std::int16_t columns);

    void add(std::string_view text);
    void add(std::int64_t number);  // bigint
    void add(bool value);
    void add(const Uuid& uuid);
    void add(Time time);  // timestamptz
    void add(Day day);    // date
    void add(JsonbText text);
    void add(const std::string& text) { add(std::string_view(text)); }
    void add(const char* text) = delete;  // which would be a bool
    template <class Value>
    void add(const std::optional<Value>& value) {
        if (value)
            add(*value);
        else
            add_null();
    }
    void add_null();

    BulkConnection& connection_;
    std::string buffer_;
};

}  // namespace chat
