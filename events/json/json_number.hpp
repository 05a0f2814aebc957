#pragma once

#include <cstddef>
#include <string_view>

namespace chat {

/// What PostgreSQL's numeric makes of a JSON number.
struct JsonNumber {
    bool storable = false;
    std::size_t growth = 0;  // characters more when written without an exponent, as jsonb prints it
};

/// `number` must be one by RFC 8259.
JsonNumber measure_number(std::string_view number);

}  // namespace chat
